// TLS over a connection that was made to order:
//
//   node tls-client.mjs [--ca ca.pem] host port text
//
// connect() has the whole of the way to the connection in hand (the local address, the time that it may take, all options
// before the first packet); tls.connect() does the rest on it. It sends a line and prints what comes back.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'
import { parseArgs } from 'node:util'
import { connect, getOption } from 'sockctl'

const { values, positionals } = parseArgs({ options: { ca: { type: 'string' } }, allowPositionals: true })
const [host, port, line] = positionals

const socket = await connect({
  host,
  port: Number(port),
  timeout: 5000,
  // Few attempts, since somebody waits.
  options: { TCP_SYNCNT: 2, TCP_USER_TIMEOUT: 10_000 },
})

const client = tls.connect({
  socket,
  host,
  // A name goes into the handshake, an address does not.
  servername: net.isIP(host) ? '' : host,
  ca: values.ca && readFileSync(values.ca),
})
await once(client, 'secureConnect')
console.log(`${client.getProtocol()}, TCP_SYNCNT ${getOption(client, 'TCP_SYNCNT')}`)
client.write(line)
const [answer] = await once(client, 'data')
console.log(answer.toString())
client.end()
