import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import tls from 'node:tls'
import { connect, listen } from '../../lib/index.js'
import { connectedPair } from '../support.js'
import { credentials, trust } from './tls.js'

/** The port that a server listens on. */
export function portOfServer(server: net.Server): number {
  return (server.address() as net.AddressInfo).port
}

/** Waits until a server does not listen any more. */
export async function closeServer(server: net.Server): Promise<void> {
  if (server.listening) await new Promise((resolve) => server.close(resolve))
}

/** The two ends of a connection, as `net.Socket`s of whatever kind. */
export interface Pair {
  readonly client: net.Socket
  readonly accepted: net.Socket
  readonly server: net.Server
}

/** A connection of TLS over TCP; the client's TCP socket is its own or one that tls.connect() was given. */
export async function tlsPair(own: boolean): Promise<Pair> {
  const server = await listen(tls.createServer(credentials), { host: '127.0.0.1' })
  const port = portOfServer(server)
  const secured = once(server, 'secureConnection') as Promise<[tls.TLSSocket]>
  const client = own
    ? tls.connect({ port, host: '127.0.0.1', ...trust })
    : tls.connect({ socket: await connect({ port, host: '127.0.0.1' }), ...trust })
  // The tickets for later sessions are the last that the server sends of its own.
  const [[accepted]] = await Promise.all([secured, once(client, 'session')])
  return { client, accepted, server }
}

/** A connection of which each end can be ended alone. */
export async function halfOpenPair(host = '127.0.0.1'): Promise<Pair> {
  const server = await listen(net.createServer({ allowHalfOpen: true }), { host })
  const accepted = once(server, 'connection') as Promise<[net.Socket]>
  const client = await connect({ port: portOfServer(server), host, allowHalfOpen: true })
  const [peer] = await accepted
  peer.on('error', () => {})
  return { client, accepted: peer, server }
}

/** The sockets below an HTTP request that nobody answers. */
export async function httpPair(): Promise<Pair> {
  const server = await listen(http.createServer(), { host: '127.0.0.1' })
  const request = http.get({ host: '127.0.0.1', port: portOfServer(server), agent: false }).on('error', () => {})
  const [[, response], [client]] = (await Promise.all([once(server, 'request'), once(request, 'socket')])) as [
    [unknown, http.ServerResponse],
    [net.Socket],
  ]
  return { client, accepted: response.socket as net.Socket, server }
}

/** The kinds of TCP connection that Node has, each with a way to make one. */
export const pairs: readonly (readonly [kind: string, open: () => Promise<Pair>])[] = [
  ['net', connectedPair],
  ['tls', () => tlsPair(true)],
  ['tls over a given socket', () => tlsPair(false)],
  ['http', httpPair],
]
