import type { PortRange } from '../../options/index.js'
import type { OneOrMore } from '../filter.js'

/** How a connection ends: we close first, the peer does, or we reset it. */
export type BudgetClose = 'we-first' | 'peer-first' | 'abort'

/** The settings of the kernel that count, by their names in /proc/sys/net/ipv4; they hold for IPv6 too. */
export interface BudgetSettings {
  /** The ports that the kernel chooses from. */
  ip_local_port_range?: PortRange | undefined
  /** Ports that it never chooses. */
  ip_local_reserved_ports?: readonly (number | PortRange)[] | undefined
  /** Whether connect may take over a remnant: 0 never, 1 always, 2 on loopback. It takes timestamps. */
  tcp_tw_reuse?: 0 | 1 | 2 | undefined
  /** How old a remnant must be for that, in ms; a second where the kernel has no such setting. */
  tcp_tw_reuse_delay?: number | undefined
  tcp_timestamps?: 0 | 1 | 2 | undefined
  /** How many remnants there may be; a connection that ends beyond leaves none. */
  tcp_max_tw_buckets?: number | undefined
}

/** What a client does. Without options: it connects somewhere off the host, and closes at once, before the peer. */
export interface BudgetOptions {
  /** The address of the destination. @default one that is not on loopback */
  remoteAddress?: string | undefined
  /** The port of the destination. What is held now is only told with both. */
  remotePort?: number | undefined
  /** Who closes first. @default 'we-first' */
  close?: BudgetClose | undefined
  /** How long a connection lasts, from connect to the end of its close, in ms. @default 0 */
  durationMs?: number | undefined
  /** The local addresses that it connects from, which it binds to. @default the kernel's choice, which is one */
  localAddress?: OneOrMore<string> | undefined
  /** Whether it sets IP_BIND_ADDRESS_NO_PORT, so that connect chooses the port and not bind. @default false */
  latePort?: boolean | undefined
  /** Ports that it binds to itself, one after the other. @default the kernel's choice */
  localPort?: OneOrMore<number | PortRange> | undefined
  /** Whether it sets SO_REUSEADDR, which counts for ports that it binds to itself. @default false */
  reuseAddress?: boolean | undefined
  /** IP_LOCAL_PORT_RANGE of its sockets. */
  localPortRange?: PortRange | undefined
  /** Settings to reckon with. @default those of this network namespace */
  settings?: BudgetSettings | undefined
}

/** What a step of the arithmetic is about. */
export type BudgetTerm = 'range' | 'reserved' | 'ports' | 'addresses' | 'at-once' | 'held' | 'buckets' | 'rate'

/** A step of the arithmetic: a value, and why it is that. */
export interface BudgetStep {
  readonly term: BudgetTerm
  /** Undefined where there is no limit. */
  readonly value: number | undefined
  readonly unit: 'ports' | 'addresses' | 'connections' | 'ms' | 'remnants' | 'per second'
  readonly text: string
}

/**
 * What limits the rate: ports kept by remnants in TIME_WAIT, for a minute or until connect may take them over; ports that
 * connections have while they last; or no port at all.
 */
export type BudgetLimit = 'time-wait' | 'reuse-delay' | 'connections' | 'none'

/** What can be done for a larger budget. */
export type BudgetAdviceKind =
  | 'keep-connections'
  | 'peer-first'
  | 'late-port'
  | 'abort'
  | 'source-addresses'
  | 'port-range'
  | 'tw-reuse'

/** A way to a larger budget. */
export interface BudgetAdvice {
  readonly kind: BudgetAdviceKind
  readonly text: string
}

/** What is held of the ports right now, towards the destination; of ports that bind chooses, towards anywhere. */
export interface BudgetHeld {
  /** Ports kept by remnants in TIME_WAIT that cannot be taken over yet. */
  readonly timeWait: number
  /** Ports of connections in any other state. */
  readonly live: number
  /** Ports that the kernel passes over, since a socket listens on them or is bound to them. */
  readonly bound: number
  /** Ports that are left, over all local addresses. */
  readonly free: number
  /** Milliseconds until the first remnant lets go of its port; undefined where none is waited for. */
  readonly nextFreeMs: number | undefined
}

/** How many connections a client can open to one destination. */
export interface ConnectionBudget {
  readonly isLoopback: boolean
  /** Connections that can be open at once. */
  readonly atOnce: number
  /** Connections, one after the other in no time, until connect fails; undefined where it does not come to that. */
  readonly burst: number | undefined
  /** Connections a second that can go on for ever; undefined where the ports do not limit them. */
  readonly perSecond: number | undefined
  /**
   * What can be relied upon of that: the end of TIME_WAIT comes up to 5.12 s late, as the kernel was built. The same where
   * no remnant has to end first.
   */
  readonly perSecondLeast: number | undefined
  /** How long a port is kept after a close, in ms. */
  readonly heldMs: number
  readonly limit: BudgetLimit
  readonly steps: readonly BudgetStep[]
  /** The cheapest first. */
  readonly advice: readonly BudgetAdvice[]
  readonly held: BudgetHeld | undefined
}
