import { readFileSync } from 'node:fs'
import type { InternetEntry, SocketState } from './entry.js'
import { sockets } from './sockets.js'

/** The states that a TCP socket is counted in, in the order of its life. */
export const censusStates = [
  'BOUND',
  'LISTEN',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT_1',
  'FIN_WAIT_2',
  'CLOSE_WAIT',
  'CLOSING',
  'LAST_ACK',
  'TIME_WAIT',
] as const satisfies readonly SocketState[]

/** A state that is counted. */
export type CensusState = (typeof censusStates)[number]

/** How many sockets are in each state. */
export type Counts = Readonly<Record<CensusState, number>>

/** The TCP sockets of the host at one time. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly counts: Counts
  /** All but the remnants in TIME_WAIT. */
  readonly live: readonly InternetEntry[]
  /** The remnants, the first to go first, as they were at `remnantsAt`: where they are many they are listed less often than they are counted. */
  readonly remnants: readonly InternetEntry[]
  readonly remnantsAt: number
}

/** Which sockets are counted. */
export interface CensusFilter {
  /** A local or a remote port. */
  readonly port?: number | undefined
}

const remnantState = 'TIME_WAIT'
const liveStates = censusStates.filter((state) => state !== remnantState)

/** The share of a core that listing the remnants may take. */
const share = 0.005

/** The kernel's own count of remnants in this network namespace, in either state; undefined where /proc does not tell. */
function countRemnants(): number | undefined {
  try {
    const found = /^TCP:.*\btw (\d+)/m.exec(readFileSync('/proc/thread-self/net/sockstat', 'utf8'))
    return found ? Number(found[1]) : undefined
  } catch {
    return undefined
  }
}

/** Whether it is a remnant whose peer has not closed yet: the kernel counts it with those in TIME_WAIT. */
function isHalfClosedRemnant({ state, timer }: InternetEntry): boolean {
  return state === 'FIN_WAIT_2' && timer === 'timewait'
}

function list(states: readonly SocketState[], { port }: CensusFilter): InternetEntry[] {
  const ask = (ports: object) => sockets({ protocol: 'tcp', state: states, ...ports }) as InternetEntry[]
  if (port === undefined) return ask({})
  const local = ask({ localPort: port })
  return [...local, ...ask({ remotePort: port }).filter((entry) => entry.localPort !== port)]
}

function byTimer({ timerMs: one = 0 }: InternetEntry, { timerMs: other = 0 }: InternetEntry): number {
  return one - other
}

/**
 * Counts the TCP sockets of this network namespace by state, as often as it is asked. Remnants in TIME_WAIT may be tens
 * of thousands: these the kernel counts itself, and they are listed no more often than costs half a per cent of a core.
 */
export class Census {
  readonly #filter: CensusFilter
  #remnants: InternetEntry[] = []
  #remnantsAt = 0
  #nextList = 0

  constructor(filter: CensusFilter = {}) {
    this.#filter = filter
  }

  #listRemnants(): void {
    const before = performance.now()
    if (before < this.#nextList) return
    this.#remnants = list([remnantState], this.#filter).sort(byTimer)
    this.#remnantsAt = Date.now()
    const after = performance.now()
    this.#nextList = before + (after - before) / share
  }

  /** Counts now. */
  sample(): Sample {
    const live = list(liveStates, this.#filter)
    this.#listRemnants()
    const counts = Object.fromEntries(censusStates.map((state) => [state, 0])) as Record<CensusState, number>
    for (const { state } of live) counts[state as CensusState]++
    const counted = this.#filter.port === undefined ? countRemnants() : undefined
    const others = live.filter(isHalfClosedRemnant).length
    counts[remnantState] = counted === undefined ? this.#remnants.length : Math.max(0, counted - others)
    return { at: Date.now(), counts, live, remnants: this.#remnants, remnantsAt: this.#remnantsAt }
  }
}

/** Milliseconds until a remnant is gone. */
export function timeLeft({ timerMs = 0 }: InternetEntry, { at, remnantsAt }: Sample): number {
  return Math.max(0, timerMs - (at - remnantsAt))
}
