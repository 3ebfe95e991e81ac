import { invalidArgValue, systemError } from '../errors.js'
import { openFd } from '../handle.js'
import { memory, native } from '../native.js'
import { directions, type Family, families, protocols, type SocketType, types } from '../platform.js'
import { type AddressInput, encodeAddress, type SocketAddress } from '../sockaddr.js'
import { maxInt32, validateInteger, validateOneOf } from '../validate.js'
import { peerAddressOf } from './address.js'
import { OwnedSocket } from './owned.js'
import { reset } from './reset.js'

/** The backlog that Node listens with when none is given. */
export const defaultBacklog = 511

const familyNames = Object.keys(families) as Family[]
const typeNames = Object.keys(types) as SocketType[]

/** A protocol by name, or by its number. */
export type Protocol = keyof typeof protocols | number

function protocolNumber(type: SocketType, protocol: Protocol | undefined, family: Family): number {
  if (protocol === undefined) return 0
  if (typeof protocol === 'number') {
    validateInteger(protocol, 'protocol', 0, maxInt32)
    return protocol
  }
  validateOneOf(protocol, 'protocol', Object.keys(protocols) as (keyof typeof protocols)[])
  const fits = type === 'raw' || (type === 'datagram') === (protocol === 'udp')
  if (family === 'unix' || !fits) throw invalidArgValue('protocol', protocol, `does not go with ${family} and ${type}`)
  return protocols[protocol]
}

/** Makes a socket, which has to be of a kind that there is. */
function create(family: Family, type: SocketType, protocol: Protocol | undefined): number {
  validateOneOf(family, 'family', familyNames)
  validateOneOf(type, 'type', typeNames)
  const fd = native.socket(families[family], types[type], protocolNumber(type, protocol, family))
  if (fd < 0) throw systemError(fd, 'socket')
  return fd
}

/**
 * A socket that is nobody's yet: it owns one descriptor until `close`, `abort` or `detach`, sets no option of its own,
 * and has nothing to do with the event loop. Its descriptor is close-on-exec and non-blocking.
 *
 * It is not closed by garbage collection, since its descriptor may be in use elsewhere; a worker that ends closes those
 * that it still owns. With `using`, it closes at the end of the block.
 *
 * @see socket(2)
 */
export class BareSocket extends OwnedSocket {
  /** The address family. */
  readonly family: Family
  /** The type of socket. */
  readonly type: SocketType

  /**
   * Creates a socket.
   *
   * @param family the address family
   * @param type the type of socket @default 'stream'
   * @param protocol the protocol, by name or number @default the usual one: TCP for streams, UDP for datagrams
   * @throws a system error of `socket`: EPERM for a raw socket without CAP_NET_RAW, EMFILE, EPROTONOSUPPORT ...
   */
  constructor(family: Family, type: SocketType = 'stream', protocol?: Protocol) {
    super(create(family, type, protocol))
    this.family = family
    this.type = type
  }

  #fail(errno: number, syscall: string, address?: AddressInput): never {
    throw systemError(errno, syscall, { address: address?.path ?? address?.address, port: address?.port })
  }

  /**
   * Gives the socket a local address.
   *
   * @param address `address` and `port`, or `path`; the wildcard address and a port of the kernel's choice by default
   * @throws a system error of `bind`: EADDRINUSE, EADDRNOTAVAIL, EACCES, EINVAL (bound already) ...
   * @see bind(2)
   */
  bind(address: AddressInput = {}): void {
    const bytes = encodeAddress(this.family, address)
    const errno = native.bind(openFd(this.fd), bytes)
    if (errno < 0) this.#fail(errno, 'bind', address)
  }

  /**
   * Sets the peer of a datagram socket, or connects a Unix one. A TCP socket connects through `connect()`, on the event
   * loop.
   *
   * @throws a system error of `connect`; EAGAIN where a Unix listener's queue is full
   * @see connect(2)
   */
  connect(address: AddressInput): void {
    if (this.type === 'stream' && this.family !== 'unix') {
      throw invalidArgValue('socket', this.family, 'must not be a TCP socket, which would have to wait; use connect()')
    }
    const bytes = encodeAddress(this.family, address)
    const errno = native.connect(openFd(this.fd), bytes)
    if (errno < 0) this.#fail(errno, 'connect', address)
  }

  /**
   * Listens. With an address it binds first, in the same native step, which leaves nobody a moment to take the port.
   *
   * @param backlog the length of the accept queue, cut to `net.core.somaxconn` @default 511
   * @param address the address to bind to @default the one that the socket has
   * @throws a system error of `bind` or `listen`, its `syscall` says which
   * @see listen(2)
   */
  listen(backlog: number = defaultBacklog, address?: AddressInput): void {
    validateInteger(backlog, 'backlog', 0, maxInt32)
    const bytes = address === undefined ? undefined : encodeAddress(this.family, address)
    const fd = openFd(this.fd)
    const errno = bytes ? native.listen(fd, backlog, bytes) : native.listen(fd, backlog)
    if (errno < 0) this.#fail(errno, memory[0] === 1 ? 'bind' : 'listen', address)
  }

  /**
   * The address that the socket is connected to, undefined while it is not.
   *
   * @see getpeername(2)
   */
  peerAddress(): SocketAddress | undefined {
    return peerAddressOf(openFd(this.fd))
  }

  /**
   * Ends one direction of a connection, or both, for every holder of the descriptor.
   *
   * @throws a system error of `shutdown`: ENOTCONN ...
   * @see shutdown(2)
   */
  shutdown(how: keyof typeof directions): void {
    validateOneOf(how, 'how', Object.keys(directions) as (keyof typeof directions)[])
    const errno = native.shutdown(openFd(this.fd), directions[how])
    if (errno < 0) this.#fail(errno, 'shutdown')
  }

  /**
   * Closes with a reset. The peer gets ECONNRESET, what was not sent is dropped, and no TIME_WAIT stays. On Linux the
   * connection is gone for every holder of the descriptor; elsewhere the reset waits for the last close.
   *
   * @see socket(7), connect(2)
   */
  abort(): void {
    if (this.family !== 'unix' && this.type === 'stream') reset(openFd(this.fd))
    this.close()
  }
}
