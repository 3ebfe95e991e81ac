import type { Known } from '../rules.js'
import type { Cause } from './cause.js'
import type { Attempt } from './query.js'

/** What can be done, from the most harmless to the least. */
export type AdviceKind =
  | 'try'
  | 'wait'
  | 'probe'
  | 'see-owner'
  | 'connect-instead'
  | 'reuse-address'
  | 'other-port'
  | 'other-address'
  | 'other-path'
  | 'other-family'
  | 'ipv6-only'
  | 'keep-connections'
  | 'late-port'
  | 'source-addresses'
  | 'free-bind'
  | 'same-user'
  | 'capability'
  | 'permission'
  | 'port-range'
  | 'unlink'
  | 'destroy-remnant'
  | 'destroy-orphan'
  | 'close'
  | 'end-process'

/** One thing to do. */
export interface Advice {
  kind: AdviceKind
  /** A sentence for people. */
  text: string
}

/** A bind that was made to find something out, and undone at once. */
export interface Probe {
  protocol: 'tcp' | 'udp'
  address: string
  port: number
  reuseAddress: boolean
  reusePort: boolean
  /** 'ok', or the name of the error. */
  outcome: string
}

/** Why an address is in use, until when, and what to do about it. */
export interface Explanation {
  /** Whether nothing stands in the way. */
  free: Known
  /** The first cause's sentence. */
  summary: string
  attempts: Attempt[]
  /** What surely stands in the way comes first. */
  causes: Cause[]
  /** Milliseconds until all of it is gone by itself; 0 where nothing is there, undefined where something stays. */
  freeInMs: number | undefined
  /** The most harmless first. */
  advice: Advice[]
  /** The binds that `probe` made. */
  probes: Probe[]
}
