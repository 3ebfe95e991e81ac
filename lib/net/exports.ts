import type stock from 'node:net'
import { Server, type ServerListenOptions } from '../adopt/server.js'
import { Socket, type SocketConnectOptions, socketForOnce } from '../adopt/socket.js'
import { normalizeArguments } from '../handle/arguments.js'

export * from 'node:net'
export type { ServerListenOptions, SocketConnectOptions }
export { Server, Socket, Socket as Stream }

/** How `connect` makes and connects a socket: Node's options, and sockctl's. */
export type NetConnectOptions = SocketConnectOptions & stock.SocketConstructorOpts & { timeout?: number | undefined }

/**
 * Connects as `net.connect` does. The socket takes sockctl's options beside Node's: `options`, `control`, `reuseAddress`
 * and `localPort: 'reserved'`.
 *
 * Unlike Node it leaves SO_REUSEADDR off when a local port or address is given.
 *
 * @see connect(2)
 */
export function connect(options: NetConnectOptions, connectionListener?: () => void): Socket
export function connect(port: number, host?: string, connectionListener?: () => void): Socket
export function connect(port: number, connectionListener?: () => void): Socket
export function connect(path: string, connectionListener?: () => void): Socket
export function connect(...args: unknown[]): Socket {
  const normalized = normalizeArguments(args)
  const options: Partial<NetConnectOptions> = normalized[0]
  const socket = socketForOnce(options)
  if (options.timeout) socket.setTimeout(options.timeout)
  return Reflect.apply(socket.connect, socket, [normalized])
}

export { connect as createConnection }

/**
 * Makes a server as `net.createServer` does. Its `listen()` takes sockctl's options beside Node's.
 *
 * @see listen(2)
 */
export function createServer(connectionListener?: (socket: stock.Socket) => void): Server
export function createServer(options?: stock.ServerOpts, connectionListener?: (socket: stock.Socket) => void): Server
export function createServer(
  options?: stock.ServerOpts | ((socket: stock.Socket) => void),
  connectionListener?: (socket: stock.Socket) => void,
): Server {
  return Reflect.construct(Server, [options, connectionListener])
}
