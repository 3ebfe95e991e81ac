import { once } from 'node:events'
import net from 'node:net'
import { afterAll, beforeAll } from 'vitest'
import { connect } from '../../lib/index.js'
import type { HostResult } from '../../lib/rsh.js'
import { closed } from '../support.js'

/** A request as a server reads it. */
export interface Request {
  readonly stderrPort: number
  readonly localUser: string
  readonly remoteUser: string
  readonly command: string
}

/** A connection to a server that speaks rsh, or pretends to. */
export interface Visit {
  readonly socket: net.Socket
  readonly request: Request
  /** Makes the second connection, from a reserved port unless another is given. */
  back(from?: { localAddress?: string; localPort?: number; reuseAddress?: boolean }): Promise<net.Socket>
}

/** A server for as long as a test wants it. */
export interface TestServer extends AsyncDisposable {
  readonly port: number
  /** The client's ports, in order. */
  readonly clientPorts: readonly number[]
}

/** Gives a function that makes the second connection to whom a connection came from. */
export function backTo(socket: net.Socket, port: number): Visit['back'] {
  return async ({ localAddress = socket.localAddress, localPort, ...more } = {}) => {
    const from = localPort === undefined ? { low: 700, high: 1000 } : localPort
    const host = socket.remoteAddress as string
    const back = await connect({ host, port, localAddress, localPort: from, allowHalfOpen: true, ...more })
    return back.on('error', () => {}).resume()
  }
}

/** Starts a server that has `visited` deal with each connection, before it has read anything. */
export async function rawServer(
  visited: (socket: net.Socket) => void,
  host = '127.0.0.1',
  wantedPort = 0,
): Promise<TestServer> {
  const clientPorts: number[] = []
  const open = new Set<net.Socket>()
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    clientPorts.push(socket.remotePort as number)
    open.add(socket.on('error', () => {}).once('close', () => open.delete(socket)))
    visited(socket)
  })
  server.listen({ port: wantedPort, host, backlog: 4096 })
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  const end = async () => {
    const gone = [closed(server), ...[...open].map((socket) => closed(socket))]
    server.close()
    for (const socket of open) socket.destroy()
    await Promise.all(gone)
  }
  return { port, clientPorts, [Symbol.asyncDispose]: end }
}

/** Starts a server that has `visited` deal with each request. */
export function rshServer(
  visited: (visit: Visit) => void | Promise<void>,
  host?: string,
  port?: number,
): Promise<TestServer> {
  return rawServer(
    (socket) => {
      let text = ''
      const onData = (chunk: Buffer) => {
        text += chunk.toString('latin1')
        const [stderrPort = '', localUser = '', remoteUser = '', command = '', ...rest] = text.split('\0')
        if (rest.length === 0) return
        socket.off('data', onData)
        const request = { stderrPort: Number(stderrPort), localUser, remoteUser, command }
        void visited({ socket, request, back: backTo(socket, request.stderrPort) })
      }
      socket.on('data', onData)
    },
    host,
    port,
  )
}

/** Does what a good server does: says yes and prints the command on stdout, and on stderr with `!` behind it. */
export async function echo({ socket, request, back }: Visit): Promise<void> {
  const errors = request.stderrPort === 0 ? socket : await back()
  socket.write('\0')
  socket.resume()
  socket.write(request.command)
  errors.write(`${request.command}!`)
  socket.end()
  if (errors !== socket) errors.end()
}

/** All results, in the order in which they come. */
export async function allOf(results: AsyncIterable<HostResult>): Promise<HostResult[]> {
  const found: HostResult[] = []
  for await (const result of results) found.push(result)
  return found
}

/** Has a server for all tests of a group, once they run. */
export function useServer(start: () => Promise<TestServer>): () => TestServer {
  let server: TestServer | undefined

  beforeAll(async () => {
    server = await start()
  })

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
  })

  return () => server as TestServer
}
