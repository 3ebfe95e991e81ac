import { invalidArgValue, type SystemError, unsupported } from '../errors.js'
import { applyChanges, type Change, prepareChanges, refuseHarm } from '../options/change.js'
import { type SocketOptions, setOptions } from '../options/index.js'
import type { Family, SocketType } from '../platform.js'
import { BareSocket } from '../sockets/index.js'
import { optional, validateBoolean, validateFunction, validateOneOf } from '../validate.js'

/** What `listen` and `connect` do to a socket before it is bound. */
export interface SocketPreparation {
  /** SO_REUSEADDR. */
  reuseAddress?: boolean | undefined
  /** Socket options to set before bind, in the order of the table. */
  options?: SocketOptions | undefined
  /** Called with the socket after its options are set and before it is bound. It must not wait. */
  control?: ((socket: BareSocket) => void) | undefined
}

/** The protocol of a connection, or of a listener. */
export type StreamProtocol = 'tcp' | 'mptcp'

/** Which socket to make, family aside. */
export interface SocketKind {
  readonly type: SocketType
  /** @default the usual one of the type */
  readonly protocol?: StreamProtocol | undefined
}

/** A checked preparation. */
export interface Preparation {
  readonly kind: SocketKind
  readonly reuseAddress: boolean
  readonly changes: readonly Change[]
  readonly control: ((socket: BareSocket) => void) | undefined
}

/** Checks the protocol of a stream. */
export function checkKind(protocol: unknown): SocketKind {
  if (protocol !== undefined) validateOneOf<StreamProtocol>(protocol, 'options.protocol', ['tcp', 'mptcp'])
  return { type: 'stream', protocol }
}

/** Checks how a socket is to be prepared, without a system call. */
export function checkPreparation(
  given: SocketPreparation,
  reuseByDefault: boolean,
  kind: SocketKind = { type: 'stream' },
): Preparation {
  optional(given.reuseAddress, 'options.reuseAddress', validateBoolean)
  optional(given.control, 'options.control', validateFunction)
  const changes = given.options === undefined ? [] : prepareChanges(given.options, 'options.options')
  refuseHarm(changes, () => kind.type === 'datagram')
  return { kind, reuseAddress: given.reuseAddress ?? reuseByDefault, changes, control: given.control }
}

const noProtocol: ReadonlySet<string | undefined> = new Set(['EPROTONOSUPPORT', 'ENOPROTOOPT'])

function makeSocket(family: Family, { type, protocol }: SocketKind): BareSocket {
  try {
    return new BareSocket(family, type, protocol)
  } catch (error) {
    const { code, errno, syscall } = error as SystemError
    if (protocol !== 'mptcp' || !noProtocol.has(code)) throw error
    const message = 'This kernel has no MPTCP, or net.mptcp.enabled is 0'
    throw unsupported(message, { errno, syscall, cause: error })
  }
}

/** Makes a socket, prepares it, and hands it to `use`; closes it when anything throws. */
export function withSocket<Result>(
  family: Family,
  preparation: Preparation,
  own: SocketOptions | undefined,
  use: (socket: BareSocket) => Result,
): Result {
  const socket = makeSocket(family, preparation.kind)
  try {
    if (preparation.reuseAddress && family !== 'unix') setOptions(socket, { SO_REUSEADDR: true })
    if (own) setOptions(socket, own)
    applyChanges(socket.fd, preparation.changes)
    runControl(preparation, socket)
    return use(socket)
  } catch (error) {
    socket.close()
    throw error
  }
}

const fromControl = new WeakSet<object>()

/** Whether an error is the caller's own: thrown by the control function, whatever it looks like. */
export function isFromControl(error: unknown): boolean {
  return typeof error === 'object' && error !== null && fromControl.has(error)
}

function runControl({ control }: Preparation, socket: BareSocket): void {
  try {
    refusePromise(control?.(socket))
  } catch (error) {
    if (typeof error === 'object' && error !== null) fromControl.add(error)
    throw error
  }
}

/** A control function that waits would run on after the socket is bound. */
function refusePromise(result: unknown): void {
  if (result instanceof Promise) {
    result.catch(() => {})
    throw invalidArgValue('options.control', result, 'must not be asynchronous: the socket is bound when it returns')
  }
}
