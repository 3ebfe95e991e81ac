import dgram from 'node:dgram'
import { codedError, invalidArgType, invalidArgValue } from '../errors.js'
import { adoptDatagram, datagramSettings, isRunning, lookUpFor, refuseBound } from '../handle/datagram.js'
import { familyOf, validateAddress } from '../ipaddress.js'
import { getOption, type SocketOptions, setOptions } from '../options/index.js'
import type { BareSocket } from '../sockets/index.js'
import { type ReservedPortOptions, ReservedPortWalk, refuseTwoAddresses, reservedOf } from '../sockets/reserved.js'
import { optional, validateBoolean, validateObject, validatePort, validateSignal, validateString } from '../validate.js'
import { Canceller } from './canceller.js'
import { checkReady, isReady, readySocket, receiveOn } from './handover/adopt.js'
import type { ReceivedSocket } from './handover/received.js'
import { checkPreparation, type Preparation, type SocketPreparation, withSocket } from './prepare.js'

/** How `bindDatagram` binds. What Node's `socket.bind` and `dgram.createSocket` know has Node's meaning. */
export interface DatagramOptions extends SocketPreparation {
  /**
   * The port, or which reserved port to take; 'reserved' stands for the defaults of `bindReservedPort`.
   *
   * @default 0, which lets the kernel choose
   */
  port?: number | 'reserved' | ReservedPortOptions | undefined
  /** The address or name to bind to, of the socket's family. @default the wildcard address */
  address?: string | undefined
  /** Whether an IPv6 socket leaves IPv4 alone. @default what `createSocket` was told: false */
  ipv6Only?: boolean | undefined
  /** SO_REUSEPORT: more sockets of the same user on the same port, among whom the kernel shares the datagrams. @default what `createSocket` was told: false */
  reusePort?: boolean | undefined
  /** SO_REUSEADDR, with which any user may take the port and its datagrams. @default what `createSocket` was told as `reuseAddr`: false */
  reuseAddress?: boolean | undefined
  /**
   * A socket that another process made, which the datagram socket owns from then on, instead of a new one: of
   * `receiveSockets`, or of `activatedSockets`.
   */
  socket?: ReceivedSocket | undefined
  /** The name of a socket that systemd passed to this process, the next of that name that is not in use. */
  activated?: string | undefined
  /** Ends the wait; closes the socket when it fires later. */
  signal?: AbortSignal | undefined
}

/** A checked request to bind. */
interface Request {
  readonly preparation: Preparation
  readonly family: 'ipv4' | 'ipv6'
  readonly own: SocketOptions
  readonly port: number
  readonly address: string | undefined
  /** Which reserved ports to try, where one is asked for. */
  readonly reserved: ReservedPortOptions | undefined
  readonly signal: AbortSignal | undefined
  readonly given: DatagramOptions
}

function checkFamily(address: unknown, family: 'ipv4' | 'ipv6'): void {
  optional(address, 'options.address', validateString)
  const actual = address === undefined ? undefined : familyOf(address as string)
  if (actual === undefined || actual === family) return
  const message = `Invalid address family: ${address} is not an address for an ${family} socket`
  throw codedError('ERR_INVALID_ADDRESS_FAMILY', message)
}

function checkFlags(options: Record<string, unknown>, family: 'ipv4' | 'ipv6'): void {
  for (const name of ['ipv6Only', 'reusePort']) optional(options[name], `options.${name}`, validateBoolean)
  if (options.ipv6Only && family === 'ipv4') {
    throw invalidArgValue('options.ipv6Only', options.ipv6Only, 'is for udp6 sockets')
  }
  optional(options.signal, 'options.signal', validateSignal)
}

/** Checks a request to bind, without a system call. */
export function checkDatagram(socket: unknown, options: unknown): Request {
  if (!(socket instanceof dgram.Socket)) throw invalidArgType('socket', 'an instance of dgram.Socket', socket)
  validateObject(options, 'options')
  const { type, reuseAddr, reusePort, ipv6Only } = datagramSettings(socket)
  const family = type === 'udp4' ? 'ipv4' : 'ipv6'
  const reserved = reservedOf(options.port, 'options.port')
  if (!reserved && options.port !== undefined) validatePort(options.port, 'options.port')
  refuseTwoAddresses(options.address, reserved, 'options.address')
  const address = options.address ?? reserved?.address
  checkFamily(address, family)
  checkFlags(options, family)
  checkReady(options)
  const given: DatagramOptions = options
  return {
    preparation: checkPreparation(given, reuseAddr, { type: 'datagram' }),
    family,
    own: {
      SO_REUSEPORT: (given.reusePort ?? reusePort) || undefined,
      IPV6_V6ONLY: family === 'ipv6' ? (given.ipv6Only ?? ipv6Only) : undefined,
    },
    port: reserved ? 0 : Number(options.port ?? 0),
    address: address as string | undefined,
    reserved,
    signal: given.signal,
    given,
  }
}

/** The IP address to bind to. */
async function addressFor(socket: dgram.Socket, { family, address }: Request): Promise<string> {
  if (!address) return family === 'ipv4' ? '0.0.0.0' : '::'
  const ip = familyOf(address) ? address : await lookUpFor(socket, address)
  validateAddress(ip, 'options.address')
  return ip
}

function bindTo(bare: BareSocket, address: string, { port, reserved }: Request): void {
  if (reserved) new ReservedPortWalk({ ...reserved, address }).bindNext(bare)
  else bare.bind({ address, port })
}

function adoptAt(socket: dgram.Socket, address: string, request: Request, stop: AbortSignal | undefined): void {
  refuseBound(socket)
  withSocket(request.family, request.preparation, request.own, (bare) => {
    // The control function may have fired the signal, or bound the socket itself.
    stop?.throwIfAborted()
    refuseBound(socket)
    const asked = getOption(bare, 'SO_REUSEADDR')
    adoptDatagram(socket, bare, () => {
      setOptions(bare, { SO_REUSEADDR: asked })
      bindTo(bare, address, request)
    })
  })
}

function closeWith(socket: dgram.Socket, signal: AbortSignal | undefined): void {
  if (!signal) return
  const close = () => {
    if (isRunning(socket)) socket.close()
  }
  signal.addEventListener('abort', close, { once: true })
  socket.once('close', () => signal.removeEventListener('abort', close))
  // A listener of 'listening' may have fired it.
  if (signal.aborted) close()
}

/**
 * Binds a datagram socket of Node's to a port that is its own: options before bind, SO_REUSEADDR off unless asked for,
 * the true system call in the error. The socket is a stock, bound `dgram.Socket` from then on.
 *
 * On UDP, SO_REUSEADDR on both sockets lets any user bind the same port, and the later one gets the datagrams. Node turns
 * the option on when it adopts a descriptor with `bind({ fd })`. A socket that is bound by then has, until somebody turns
 * it off again, a moment in which it can be robbed, for good. Here there is no such moment: Node adopts a descriptor
 * without a port, the option goes back to what was asked, and only then it is bound.
 *
 * In a `cluster` worker the socket is the worker's own; with `reusePort` the workers share a port.
 *
 * @param socket the socket, not bound; with the `lookup`, buffer sizes and other settings that it was created with
 * @param options where and how to bind
 * @returns the socket, bound, after it emitted 'listening'
 * @throws (rejects) a system error of `socket`, `setsockopt` or `bind`; `ERR_SOCKCTL_NO_RESERVED_PORT`; ENOTFOUND and the
 * like for a name; `ERR_SOCKET_ALREADY_BOUND`; `ERR_SOCKET_DGRAM_NOT_RUNNING`; an AbortError. No 'error' is emitted, no
 * descriptor is left, and the socket is as it was: it can be bound again. Only where Node refuses a buffer size of the
 * socket, or a listener of 'listening' throws, is the socket closed.
 * @see bind(2), udp(7), socket(7)
 */
export async function bindDatagram(socket: dgram.Socket, options: DatagramOptions = {}): Promise<dgram.Socket> {
  const request = checkDatagram(socket, options)
  const canceller = new Canceller(request.signal, undefined)
  try {
    refuseBound(socket)
    canceller.signal?.throwIfAborted()
    if (isReady(request.given)) {
      receiveOn(socket, readySocket(request.given, 'datagram', request.family), request.preparation)
    } else {
      const address = await canceller.race(() => addressFor(socket, request))
      canceller.signal?.throwIfAborted()
      adoptAt(socket, address, request, canceller.signal)
    }
    closeWith(socket, request.signal)
    canceller.signal?.throwIfAborted()
    return socket
  } finally {
    canceller[Symbol.dispose]()
  }
}
