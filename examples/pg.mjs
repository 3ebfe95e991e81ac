// PostgreSQL over sockets made to order, with one client and with a pool:
//
//   node pg.mjs postgres://user@host:port/database
//
// A query whose server is gone fails after ten seconds, and a fail-over is noticed as soon, instead of when the kernel
// gives up. pg makes a stream for each connection and connects it itself, so it gets a socket that has the options with it.
import pg from 'pg'
import { getOption } from 'sockctl'
import { Socket } from 'sockctl/net'

const [connectionString] = process.argv.slice(2)

const stream = () => new Socket({ options: { TCP_USER_TIMEOUT: 10_000, SO_KEEPALIVE: true, TCP_KEEPIDLE: 5 } })
const who = 'select client_port as port, application_name as name from pg_stat_activity where pid = pg_backend_pid()'

/** What the server knows of a connection, next to what the kernel does here. */
async function report(client) {
  const { rows } = await client.query(who)
  const [{ name, port }] = rows
  const socket = client.connection.stream
  const limit = getOption(socket, 'TCP_USER_TIMEOUT')
  console.log(`${name}: ours is ${socket.localPort}, the server sees ${port}; TCP_USER_TIMEOUT ${limit} ms`)
}

const client = new pg.Client({ connectionString, stream, application_name: 'client' })
await client.connect()
await report(client)
await client.end()

const pool = new pg.Pool({ connectionString, stream, application_name: 'pool', max: 2 })
const clients = await Promise.all([pool.connect(), pool.connect()])
for (const pooled of clients) {
  await report(pooled)
  pooled.release()
}
await pool.end()
