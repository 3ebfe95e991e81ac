import type { InternetEntry } from '../entry.js'
import { overlaps, unmapped } from '../rules.js'
import { sockets } from '../sockets.js'
import { ephemeralRange, setAsidePorts } from '../sysctl.js'
import { type Cause, cause, type PortHolder } from './cause.js'
import { placeOf, placeOfEntry } from './port.js'
import type { Attempt } from './query.js'
import { endText, programOf } from './words.js'

/** Who holds how many ports, those who hold most first. */
export function holdersOf(entries: readonly InternetEntry[]): PortHolder[] {
  const found = new Map<string, { holder: PortHolder; ports: Set<number> }>()
  for (const { state, owners = [], localPort } of entries) {
    const [owner] = owners
    const key = `${state} ${owner?.pid}`
    const holder = { state, command: owner && programOf(owner), pid: owner?.pid, ports: 0 }
    const entry = found.get(key) ?? { holder, ports: new Set() }
    found.set(key, entry)
    entry.ports.add(localPort)
  }
  const holders = [...found.values()].map(({ holder, ports }) => ({ ...holder, ports: ports.size }))
  return holders.sort((one, other) => other.ports - one.ports)
}

/** Who holds them, in words: `18 in TIME_WAIT, 2 in ESTABLISHED by node (pid 7)`. */
export function holdersText(holders: readonly PortHolder[]): string {
  const shown = holders.slice(0, 5).map(({ state, command, pid, ports }) => {
    return `${ports} in ${state}${command === undefined ? '' : ` by ${command} (pid ${pid})`}`
  })
  return holders.length > 5 ? `${shown.join(', ')} and others` : shown.join(', ')
}

function countPorts(entries: readonly InternetEntry[]): number {
  return new Set(entries.map(({ localPort }) => localPort)).size
}

/** Whether a socket takes its port from a connect to the attempt's peer. */
function isTaken(attempt: Attempt, entry: InternetEntry): boolean {
  if (entry.state === 'LISTEN' || entry.state === 'BOUND') return true
  if (entry.remotePort !== attempt.remotePort) return false
  if (unmapped(entry.remoteAddress) !== unmapped(attempt.remoteAddress ?? '')) return false
  return overlaps(placeOf(attempt), placeOfEntry(entry)) !== false
}

/**
 * Tells that the ports that the kernel chooses from are used up: for a connect those that the same peer has a connection
 * with, for a bind all that have a socket on the address. Where other sockets have the rest, which stand in the way of a
 * connect only if they were bound, it is not known.
 */
export function ephemeralCauses(attempt: Attempt): Cause[] {
  if (attempt.protocol === 'unix') return []
  const { low, high } = ephemeralRange()
  const aside = setAsidePorts()
  const size = Array.from({ length: high - low + 1 }, (_, index) => low + index).filter(
    (port) => !aside.has(port),
  ).length
  const found = sockets({ protocol: attempt.protocol, localPort: { low, high }, processes: true }) as InternetEntry[]
  const all = found.filter(({ localPort }) => !aside.has(localPort))
  const isConnect = attempt.call === 'connect'
  const taking = isConnect
    ? all.filter((entry) => isTaken(attempt, entry))
    : all.filter((entry) => overlaps(placeOf(attempt), placeOfEntry(entry)) !== false)
  const isSure = countPorts(taking) >= size
  if (!isSure && !(isConnect && countPorts(all) >= size)) return []
  const entries = isSure ? taking : all
  const holders = holdersOf(entries)
  const peer = isConnect ? ` towards ${endText(attempt.remoteAddress, attempt.remotePort ?? 0)}` : ''
  const text = `All ${size} ports from ${low} to ${high} are in use${peer}: ${holdersText(holders)}.`
  const doubt = isSure
    ? undefined
    : 'those of other peers stand in the way only if they were bound, which is not to be seen'
  return [cause('ephemeral-range', text, { blocks: isSure ? true : 'unknown', doubt, sockets: entries, holders })]
}
