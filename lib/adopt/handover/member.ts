import dgram from 'node:dgram'
import net from 'node:net'
import { invalidArgType, invalidArgValue } from '../../errors.js'
import { isListening } from '../../handle/adopt.js'
import { datagramSettings, isRunning, refuseBound, setReading } from '../../handle/datagram.js'
import { fdOf } from '../../handle.js'
import { validateObject } from '../../validate.js'
import { bindDatagram, checkDatagram, type DatagramOptions } from '../datagram.js'
import { listen } from '../listen.js'
import { checkListen, type ListenOptions } from '../listen-request.js'
import { leavePath } from '../path.js'
import { Connections } from './connections.js'
import { isAddress, optionsLeft } from './fit.js'
import type { ReceivedSocket } from './received.js'

/** A server that a takeover starts, and how it listens where there is nothing to take over. */
export interface TakeoverServer {
  /** A server of `net`, `tls`, `http`, `https` or `http2`, not listening. */
  readonly server: net.Server
  /** Where and how it listens. Of a received socket, `options` and `backlog` count. */
  readonly listen: ListenOptions
}

/** A datagram socket that a takeover starts, and how it is bound where there is nothing to take over. */
export interface TakeoverDatagram {
  /** The socket, not bound. */
  readonly socket: dgram.Socket
  /** Where and how it is bound. Of a received socket, `options` count. */
  readonly bind?: DatagramOptions | undefined
}

/** One of the servers of a takeover. */
export interface Member {
  /** Whether it can serve on a received socket: one of its kind, at the address that it is told. */
  fits(socket: ReceivedSocket): boolean
  /** Starts it. On a received socket it has begun before this returns. */
  start(socket?: ReceivedSocket): Promise<unknown>
  /** Whether it has a socket: the program may have closed it. */
  readonly isRunning: boolean
  /** The descriptor of the socket that it serves on. */
  readonly fd: number
  /** Takes nothing new any more, and leaves what is queued. */
  stop(): void
  /** How many connections it has. */
  readonly connections: number
  /** Tells its peers to go, and waits for that, or until the signal fires. */
  drain(signal: AbortSignal): Promise<void>
  /** Takes up again what it stopped. */
  resume(socket: ReceivedSocket): Promise<unknown>
  /** Closes it, and ends the connections that are left; gives how many there were. */
  close(): number
}

class StreamMember implements Member {
  readonly #server: net.Server
  readonly #listen: ListenOptions
  readonly #connections: Connections

  constructor({ server, listen: options }: TakeoverServer) {
    this.#server = server
    this.#listen = options
    this.#connections = Connections.of(server)
  }

  get isRunning(): boolean {
    return isListening(this.#server)
  }

  get fd(): number {
    return fdOf(this.#server)
  }

  get connections(): number {
    return this.#connections.size
  }

  fits(socket: ReceivedSocket): boolean {
    return socket.type === 'stream' && isAddress(socket.address(), this.#listen)
  }

  start(socket?: ReceivedSocket): Promise<unknown> {
    this.#connections.stay()
    if (!socket) return listen(this.#server, this.#listen)
    const { options, backlog, signal } = this.#listen
    return listen(this.#server, { options: optionsLeft(socket, options), backlog, signal, socket })
  }

  stop(): void {
    leavePath(this.#server)
    // Not an HTTP server's own, which ends idle connections with it, while a request may be on its way.
    if (isListening(this.#server)) net.Server.prototype.close.call(this.#server)
  }

  drain(signal: AbortSignal): Promise<void> {
    this.#connections.tellToGo()
    return this.#connections.gone(signal)
  }

  async resume(socket: ReceivedSocket): Promise<void> {
    const { backlog, signal } = this.#listen
    // The program has closed the server.
    if (signal?.aborted) return
    this.#connections.stay()
    await listen(this.#server, { socket, backlog, signal })
  }

  close(): number {
    this.stop()
    return this.#connections.cut()
  }
}

class DatagramMember implements Member {
  readonly #socket: dgram.Socket
  readonly #bind: DatagramOptions

  constructor({ socket, bind = {} }: TakeoverDatagram) {
    this.#socket = socket
    this.#bind = bind
  }

  get isRunning(): boolean {
    return isRunning(this.#socket)
  }

  get fd(): number {
    return fdOf(this.#socket)
  }

  get connections(): number {
    return 0
  }

  fits(socket: ReceivedSocket): boolean {
    const { port, address: host } = this.#bind
    const family = datagramSettings(this.#socket).type === 'udp4' ? 'ipv4' : 'ipv6'
    return socket.type === 'datagram' && socket.family === family && isAddress(socket.address(), { port, host })
  }

  start(socket?: ReceivedSocket): Promise<unknown> {
    if (!socket) return bindDatagram(this.#socket, this.#bind)
    const { options, signal } = this.#bind
    return bindDatagram(this.#socket, { options: optionsLeft(socket, options), signal, socket })
  }

  stop(): void {
    if (this.isRunning) setReading(this.#socket, false)
  }

  async drain(): Promise<void> {}

  async resume(socket: ReceivedSocket): Promise<void> {
    setReading(this.#socket, true)
    socket.close()
  }

  close(): number {
    if (this.isRunning) this.#socket.close()
    return 0
  }
}

function memberOf(name: string, given: unknown): Member {
  validateObject(given, `servers.${name}`)
  if (given.server !== undefined) {
    checkListen(given.server, given.listen)
    if (isListening(given.server as net.Server)) {
      throw invalidArgValue(`servers.${name}.server`, given.server, 'must not listen yet')
    }
    return new StreamMember(given as unknown as TakeoverServer)
  }
  if (given.socket instanceof dgram.Socket) {
    checkDatagram(given.socket, given.bind === undefined ? {} : given.bind)
    refuseBound(given.socket)
    return new DatagramMember(given as unknown as TakeoverDatagram)
  }
  throw invalidArgType(`servers.${name}`, 'a server and how it listens, or a datagram socket', given)
}

/** Checks the servers of a takeover. */
export function checkMembers(servers: unknown, isName: (name: unknown) => boolean): Map<string, Member> {
  validateObject(servers, 'servers')
  const members = new Map<string, Member>()
  for (const [name, given] of Object.entries(servers)) {
    if (!isName(name)) throw invalidArgValue('name of a server', name, 'must be 1 to 255 bytes of text')
    members.set(name, memberOf(name, given))
  }
  return members
}
