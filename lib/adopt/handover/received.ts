import { codedError, systemError } from '../../errors.js'
import { native } from '../../native.js'
import { getOption } from '../../options/index.js'
import { type Family, families, protocols, type SocketType, types } from '../../platform.js'
import type { SocketAddress } from '../../sockaddr.js'
import { localAddressOf, peerAddressOf } from '../../sockets/address.js'
import { OwnedSocket } from '../../sockets/owned.js'

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
export class ReceivedSocket extends OwnedSocket {
  /** What the other process calls it. */
  readonly name: string
  /** The address family, as the kernel tells it. */
  readonly family: Family
  /** The type of socket, as the kernel tells it. */
  readonly type: SocketType
  /** Whether it listened when it came. */
  readonly listening: boolean

  /** Takes a descriptor over that `examine` found fit. */
  constructor(name: string, fd: number, { family, type, listening }: Facts) {
    super(fd)
    this.name = name
    this.family = family
    this.type = type
    this.listening = listening
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
