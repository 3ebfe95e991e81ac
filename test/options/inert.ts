import type { SocketKind } from '../../lib/index.js'
import type { table } from '../../lib/options/table/index.js'
import { bindExperiments } from './inert-bind.js'
import { connectExperiments } from './inert-connect.js'
import type { LinuxOption } from './kinds.js'

/** The options that are refused late on all kinds of socket or on some. */
export type RefusingOption = {
  [Name in LinuxOption]: (typeof table)[Name] extends { before: string; late: string }
    ? never
    : (typeof table)[Name] extends { before: string }
      ? Name
      : never
}[LinuxOption]

/** What shows, on each of some kinds of socket, that an option set early does something and set late does nothing. */
export interface Experiment {
  readonly kinds: readonly SocketKind[]
  /** Sets it in time, and sees what that does; and sees that without it, it is not so. */
  early(kind: SocketKind): void | Promise<void>
  /** Whether seeing the late set takes root. */
  readonly root?: true
  /** Sets it too late through the raw door, which checks nothing, and sees that it is as without it. */
  late(kind: SocketKind): void | Promise<void>
}

/** An experiment for each option whose late set is refused: a refusal without one does not compile. */
export const inert: Readonly<Record<RefusingOption, Experiment>> = { ...bindExperiments, ...connectExperiments }
