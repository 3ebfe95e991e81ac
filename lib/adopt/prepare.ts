import { invalidArgValue } from '../errors.js'
import { applyChanges, type Change, prepareChanges, refuseHarm } from '../options/change.js'
import { type SocketOptions, setOptions } from '../options/index.js'
import type { Family } from '../platform.js'
import { BareSocket } from '../sockets/index.js'
import { optional, validateBoolean, validateFunction } from '../validate.js'

/** What `listen` and `connect` do to a socket before it is bound. */
export interface SocketPreparation {
  /** SO_REUSEADDR. */
  reuseAddress?: boolean | undefined
  /** Socket options to set before bind, in the order of the table. */
  options?: SocketOptions | undefined
  /** Called with the socket after its options are set and before it is bound. It must not wait. */
  control?: ((socket: BareSocket) => void) | undefined
}

/** A checked preparation. */
export interface Preparation {
  readonly reuseAddress: boolean
  readonly changes: readonly Change[]
  readonly control: ((socket: BareSocket) => void) | undefined
}

/** Checks how a socket is to be prepared, without a system call. */
export function checkPreparation(given: SocketPreparation, reuseByDefault: boolean): Preparation {
  optional(given.reuseAddress, 'options.reuseAddress', validateBoolean)
  optional(given.control, 'options.control', validateFunction)
  const changes = given.options === undefined ? [] : prepareChanges(given.options, 'options.options')
  refuseHarm(changes)
  return { reuseAddress: given.reuseAddress ?? reuseByDefault, changes, control: given.control }
}

/** Makes a socket, prepares it, and hands it to `use`; closes it when anything throws. */
export function withSocket<Result>(
  family: Family,
  preparation: Preparation,
  own: SocketOptions,
  use: (socket: BareSocket) => Result,
): Result {
  const socket = new BareSocket(family)
  try {
    if (preparation.reuseAddress && family !== 'unix') setOptions(socket, { SO_REUSEADDR: true })
    setOptions(socket, own)
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
