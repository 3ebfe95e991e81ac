import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getOption } from '../../lib/index.js'
import { Socket } from '../../lib/net.js'
import { type Postgres, postgresPrograms, startPostgres } from '../peers/postgres.js'
import { useOwnNetwork } from '../sockets/network.js'
import { isRoot } from '../support.js'
import { linesOf } from './run.js'

useOwnNetwork()

const host = '127.0.0.1'

describe.skipIf(!postgresPrograms)('PostgreSQL (needs postgresql-15)', () => {
  let server: Postgres

  beforeAll(async () => {
    server = await startPostgres(postgresPrograms as string)
  }, 60_000)

  afterAll(() => server?.close())

  /** Connects with a socket, and gives what the server knows of the connection. */
  async function connected(stream: () => Socket, where: string): Promise<{ client: pg.Client; row: object }> {
    const { user, port } = server
    const client = new pg.Client({ user, port, host: where, database: 'postgres', stream })
    await client.connect()
    const { rows } = await client.query(
      'select client_addr, client_port from pg_stat_activity where pid = pg_backend_pid()',
    )
    return { client, row: rows[0] }
  }

  test('sees the ports of examples/pg.mjs', async () => {
    const { user, port } = server
    const lines = await linesOf('pg.mjs', `postgres://${user}@${host}:${port}/postgres`)
    expect(lines).toHaveLength(3)
    for (const [index, name] of ['client', 'pool', 'pool'].entries()) {
      const match = lines[index]?.match(/^(\w+): ours is (\d+), the server sees (\d+); TCP_USER_TIMEOUT 10000 ms$/)
      expect(match?.[1]).toBe(name)
      expect(match?.[2]).toBe(match?.[3])
    }
  })

  test.skipIf(!isRoot)('sees a reserved port (needs root)', async () => {
    const sockets: Socket[] = []
    const stream = () => {
      const socket = new Socket({ localPort: 'reserved', options: { TCP_USER_TIMEOUT: 7000 } })
      sockets.push(socket)
      return socket
    }
    const { client, row } = await connected(stream, host)
    const [socket] = sockets as [Socket]
    expect(row).toEqual({ client_addr: host, client_port: socket.localPort })
    expect(socket.localPort).toBeLessThan(1024)
    expect(getOption(socket, 'TCP_USER_TIMEOUT')).toBe(7000)
    await client.end()
  })

  test('takes a connection over its Unix socket', async () => {
    const sockets: Socket[] = []
    const stream = () => {
      const socket = new Socket({ options: { SO_SNDBUF: 50_000 } })
      sockets.push(socket)
      return socket
    }
    const { client, row } = await connected(stream, server.folder)
    expect(row).toEqual({ client_addr: null, client_port: -1 })
    expect(getOption(sockets[0] as Socket, 'SO_SNDBUF')).toBe(100_000)
    await client.end()
  })
})
