import { maxInt32, optional, validateFunction, validateInteger } from '../../validate.js'
import { checkMembers, type Member, type TakeoverDatagram, type TakeoverServer } from './member.js'
import { checkPath } from './place.js'
import type { ReceivedSocket } from './received.js'
import { checkHandover, type HandoverRequest, isName, type ReceiveOptions } from './request.js'

/** The servers of a takeover, by names that old and new process know them by. */
export type TakeoverServers = Readonly<Record<string, TakeoverServer | TakeoverDatagram>>

/** How a takeover goes. */
export interface TakeoverOptions extends ReceiveOptions {
  /**
   * Runs in the new process when it has the sockets and before it says that it is ready: what fails here leaves the old
   * process serving.
   */
  prepare?: ((sockets: ReadonlyMap<string, ReceivedSocket>) => unknown) | undefined
  /** Runs in the old process while its connections end; it leaves when this is done too. `left` rejects with what it throws. */
  leave?: (() => unknown) | undefined
  /** How long the old process waits for the new one to be ready, in milliseconds. @default 60000 */
  readyTimeout?: number | undefined
  /** How long the old process waits for its connections to end before it ends them, in milliseconds. @default 30000 */
  drainTimeout?: number | undefined
  /**
   * The mode of the socket's file. With the default, the kernel lets nobody else connect, and no stranger is named; with
   * 0o666 strangers connect, and are refused and named.
   *
   * @default 0o600
   */
  mode?: number | undefined
}

/** A checked request for a takeover. */
export interface TakeoverRequest extends HandoverRequest {
  readonly path: string
  readonly members: ReadonlyMap<string, Member>
  readonly prepare: TakeoverOptions['prepare']
  readonly leave: TakeoverOptions['leave']
  readonly readyTimeout: number
  readonly drainTimeout: number
  readonly mode: number
}

/** The name of the socket at the path itself, which goes with the others. */
export const ownName = 'sockctl:takeover'

const defaults = { readyTimeout: 60_000, drainTimeout: 30_000, mode: 0o600 } as const
const mostMode = 0o777

/** Checks a request for a takeover, without a system call. */
export function checkTakeover(path: unknown, servers: unknown, options: TakeoverOptions): TakeoverRequest {
  checkPath(path)
  const handover = checkHandover(options)
  const { prepare, leave, readyTimeout, drainTimeout, mode } = options
  optional(prepare, 'options.prepare', validateFunction)
  optional(leave, 'options.leave', validateFunction)
  if (readyTimeout !== undefined) validateInteger(readyTimeout, 'options.readyTimeout', 1, maxInt32)
  if (drainTimeout !== undefined) validateInteger(drainTimeout, 'options.drainTimeout', 1, maxInt32)
  if (mode !== undefined) validateInteger(mode, 'options.mode', 0, mostMode)
  return {
    ...handover,
    path,
    members: checkMembers(servers, (name) => isName(name) && name !== ownName),
    prepare,
    leave,
    readyTimeout: readyTimeout ?? defaults.readyTimeout,
    drainTimeout: drainTimeout ?? defaults.drainTimeout,
    mode: mode ?? defaults.mode,
  }
}
