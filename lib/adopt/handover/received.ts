import { codedError, systemError } from '../../errors.js'
import { native } from '../../native.js'
import { getOption } from '../../options/index.js'
import { type Family, families, protocols, type SocketType, types } from '../../platform.js'
import type { SocketAddress } from '../../sockaddr.js'
import { localAddressOf, peerAddressOf } from '../../sockets/address.js'

const closed = -1

/** What the kernel says of a socket that was received. */
interface Facts {
  readonly family: Family
  readonly type: SocketType
  readonly listening: boolean
}

function nameOf<Name extends string>(numbers: Readonly<Record<Name, number>>, number: number): Name | undefined {
  return (Object.keys(numbers) as Name[]).find((name) => numbers[name] === number)
}

/** The protocols of each type, 0 for Unix sockets. */
const usual: Readonly<Record<SocketType, readonly number[]>> = {
  stream: [0, protocols.tcp, protocols.mptcp],
  datagram: [0, protocols.udp],
  raw: [],
}

function isBound({ path, port }: SocketAddress): boolean {
  return path === undefined ? port !== 0 : path !== ''
}

/** Reads what a descriptor is, and why it cannot be handed over. */
function examine(fd: number): Facts | string {
  const family = nameOf(families, getOption(fd, 'SO_DOMAIN'))
  const type = nameOf(types, getOption(fd, 'SO_TYPE'))
  if (!family || !type || !usual[type].includes(getOption(fd, 'SO_PROTOCOL'))) {
    return 'is no TCP, UDP or Unix socket of streams or datagrams'
  }
  if (peerAddressOf(fd)) return 'is connected'
  if (!isBound(localAddressOf(fd))) return 'is bound to nothing'
  return { family, type, listening: getOption(fd, 'SO_ACCEPTCONN') === true }
}

/**
 * A listening or bound socket that another process made: TCP, UDP or Unix. `listen`, `bindDatagram` and `takeover` serve
 * on it, and it goes wherever sockctl takes a socket's `fd`. It owns its descriptor until `close` or `detach`, or until
 * it is given to a server; a worker that ends closes those that it still owns.
 */
export class ReceivedSocket implements Disposable {
  /** What the other process calls it. */
  readonly name: string
  /** The address family, as the kernel tells it. */
  readonly family: Family
  /** The type of socket, as the kernel tells it. */
  readonly type: SocketType
  /** Whether it listened when it came. */
  readonly listening: boolean
  #fd: number

  /** Takes a descriptor over that `examineSocket` found fit. */
  constructor(name: string, fd: number, { family, type, listening }: Facts) {
    this.name = name
    this.family = family
    this.type = type
    this.listening = listening
    this.#fd = fd
  }

  /** The descriptor, -1 once it is closed or given away. */
  get fd(): number {
    return this.#fd
  }

  #open(): number {
    if (this.#fd === closed) throw codedError('ERR_SOCKET_CLOSED', 'Socket is closed: it was closed or given away')
    return this.#fd
  }

  /**
   * The address that the socket is bound to.
   *
   * @see getsockname(2)
   */
  address(): SocketAddress {
    return localAddressOf(this.#open())
  }

  /** Closes this process's descriptor; whoever else holds the socket keeps it. Closing twice does nothing. */
  close(): void {
    if (this.#fd === closed) return
    const errno = native.close(this.#fd)
    this.#fd = closed
    if (errno < 0) throw systemError(errno, 'close')
  }

  /** Gives the descriptor to the caller, who closes it from now on. */
  detach(): number {
    const fd = this.#open()
    native.release(fd)
    this.#fd = closed
    return fd
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

/**
 * Why a socket cannot be handed over: undefined where it can.
 *
 * @throws EBADF, or ENOTSOCK for what is no socket
 */
export function refusalOf(fd: number): string | undefined {
  const found = examine(fd)
  return typeof found === 'string' ? found : undefined
}

/**
 * Makes a received socket of an owned descriptor, which stays the caller's to close where this throws.
 *
 * @throws ENOTSOCK, or whatever `refused` makes of the reason
 */
export function receive(name: string, fd: number, refused: (reason: string) => Error): ReceivedSocket {
  const found = examine(fd)
  if (typeof found === 'string') throw refused(found)
  return new ReceivedSocket(name, fd, found)
}

/** Makes one of a duplicate of what this process has open. */
function duplicate(name: string, fd: number): ReceivedSocket {
  const copy = native.dup(fd)
  if (copy < 0) throw systemError(copy, 'dup')
  try {
    return receive(name, copy, (reason) => codedError('ERR_INVALID_STATE', `The socket '${name}' ${reason}`))
  } catch (error) {
    native.close(copy)
    throw error
  }
}

/** Makes one of a duplicate of each of some descriptors. */
export function duplicateAll(fds: ReadonlyMap<string, number>): Map<string, ReceivedSocket> {
  const copies = new Map<string, ReceivedSocket>()
  try {
    for (const [name, fd] of fds) copies.set(name, duplicate(name, fd))
    return copies
  } catch (error) {
    closeAll(copies.values())
    throw error
  }
}

/** Closes sockets. */
export function closeAll(sockets: Iterable<ReceivedSocket>): void {
  for (const socket of sockets) socket.close()
}
