import type { InternetEntry } from '../entry.js'
import { isWildcard, unmapped } from '../rules.js'
import { sockets } from '../sockets.js'
import type { Ports } from './ports.js'
import { type Holding, timeWaitMs } from './remnant.js'
import type { BudgetRequest } from './request.js'
import type { BudgetHeld } from './types.js'

/** Why a port is not to be had. */
type Reason = 'bound' | 'live' | 'timeWait'

function isIdle({ state }: InternetEntry): boolean {
  return state === 'BOUND' || state === 'LISTEN'
}

/** Whether bind, and not connect, decides which ports are free: of those that anybody has on the address. */
function isUpToBind({ choice, reuseAddress }: BudgetRequest): boolean {
  return choice === 'bind' || (choice === 'program' && !reuseAddress)
}

/** The sockets at some ports that may stand in the way. */
function neighbours(request: BudgetRequest, usable: ReadonlySet<number>): InternetEntry[] {
  const remoteAddress = unmapped(request.remoteAddress ?? '')
  const list = [...usable]
  const localPort = { low: Math.min(...list), high: Math.max(...list) }
  const ask = (more: object) => sockets({ protocol: 'tcp', localPort, ...more }) as InternetEntry[]
  const found = isUpToBind(request)
    ? ask({})
    : [...ask({ remoteAddress, remotePort: request.remotePort }), ...ask({ state: ['BOUND', 'LISTEN'] })]
  return found.filter((entry) => usable.has(entry.localPort))
}

/** The local addresses at which a socket keeps its port from the client; undefined stands for the one of the route. */
function placesOf(entry: InternetEntry, request: BudgetRequest): readonly (string | undefined)[] {
  const { localAddresses } = request
  if (!localAddresses) return [undefined]
  // connect passes over a port that somebody bound, on whatever address.
  if (isIdle(entry) && !isUpToBind(request)) return localAddresses
  const address = unmapped(entry.localAddress)
  return localAddresses.filter((one) => isWildcard(address) || unmapped(one) === address)
}

function reasonOf(entry: InternetEntry, { ms }: Holding): Reason | undefined {
  if (isIdle(entry)) return 'bound'
  if (entry.state !== 'TIME_WAIT') return 'live'
  return leftMs(entry, ms) > 0 ? 'timeWait' : undefined
}

/** Milliseconds until a remnant lets go of its port, which may be before its end. */
function leftMs({ timerMs = 0 }: InternetEntry, keptMs: number): number {
  return Math.max(0, timerMs - (timeWaitMs - keptMs))
}

/** Keeps one reason for each port of each local address. */
class Ledger {
  readonly #reasons = new Map<string, Reason>()

  add(place: string | undefined, port: number, reason: Reason): void {
    const key = `${place} ${port}`
    if (this.#reasons.get(key) !== 'bound') this.#reasons.set(key, reason)
  }

  count(reason: Reason): number {
    return [...this.#reasons.values()].filter((one) => one === reason).length
  }

  get size(): number {
    return this.#reasons.size
  }
}

/**
 * Looks up what is held right now. How long a remnant that is there keeps its port is not up to how this client closes:
 * one that resets its connections meets the remnants of one that does not.
 */
export function heldNow(request: BudgetRequest, ports: Ports, met: Holding): BudgetHeld | undefined {
  if (request.remoteAddress === undefined || request.remotePort === undefined) return undefined
  const ledger = new Ledger()
  const waits: number[] = []
  for (const entry of ports.usable.size === 0 ? [] : neighbours(request, ports.usable)) {
    const reason = reasonOf(entry, met)
    if (reason === undefined) continue
    const places = placesOf(entry, request)
    for (const place of places) ledger.add(place, entry.localPort, reason)
    if (reason === 'timeWait' && places.length > 0) waits.push(leftMs(entry, met.ms))
  }
  const nextFreeMs = waits.reduce<number | undefined>((least, one) => Math.min(least ?? one, one), undefined)
  return {
    timeWait: ledger.count('timeWait'),
    live: ledger.count('live'),
    bound: ledger.count('bound'),
    free: ports.usable.size * ports.addresses - ledger.size,
    nextFreeMs,
  }
}
