import { once } from 'node:events'
import net from 'node:net'
import { errnoOf } from '../../lib/errors.js'
import {
  type BareSocket,
  type ConnectOptions,
  connect,
  type ListenOptions,
  listen,
  type SocketKind,
} from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { encodeAddress } from '../../lib/sockaddr.js'
import { closed } from '../support.js'

/** A connection whose two ends were made to order, and its listener. */
export interface Connection extends AsyncDisposable {
  readonly client: net.Socket
  readonly accepted: net.Socket
  readonly server: net.Server
}

/** The loopback address for a kind of socket. */
export function loopback(kind: SocketKind): string {
  return kind.endsWith('6') ? '::1' : '127.0.0.1'
}

async function closeAll({ client, accepted, server }: Omit<Connection, keyof AsyncDisposable>): Promise<void> {
  const gone = [client, accepted, server].filter((one) => !('closed' in one && one.closed)).map(closed)
  client.destroy()
  accepted.destroy()
  server.close()
  await Promise.all(gone)
}

/** Connects over loopback, or over a Unix socket where the listener is given a path. */
export async function connection(
  listening: ListenOptions = {},
  connecting: ConnectOptions = {},
  host = '127.0.0.1',
): Promise<Connection> {
  const server = net.createServer({ allowHalfOpen: true })
  await listen(server, listening.path === undefined ? { host, ...listening } : listening)
  const arrival = once(server, 'connection') as Promise<[net.Socket]>
  const address = server.address()
  const place = typeof address === 'string' ? { path: address } : { host, port: (address as net.AddressInfo).port }
  const client = await connect({ allowHalfOpen: true, ...place, ...connecting })
  const [accepted] = await arrival
  const ends = { client, accepted, server }
  return { ...ends, [Symbol.asyncDispose]: () => closeAll(ends) }
}

/** Starts to connect a bare socket, as Node's event loop would; gives the negated errno or 0. */
export function startConnect(socket: BareSocket, address: string, port: number): number {
  return native.connect(socket.fd, encodeAddress(socket.family, { address, port }))
}

/** What `startConnect` gives for a connection that is on its way. */
export const inProgress = errnoOf('EINPROGRESS')

/** Fills the accept queue of a listener with a backlog of 0, so that no further SYN is answered. */
export function fillQueue(listener: BareSocket, filler: BareSocket): number {
  const address = listener.family === 'ipv6' ? '::1' : '127.0.0.1'
  listener.listen(0, { address })
  const port = listener.address().port as number
  startConnect(filler, address, port)
  return port
}
