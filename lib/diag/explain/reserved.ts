import type { InternetEntry } from '../entry.js'
import { sockets } from '../sockets.js'
import { type Cause, cause } from './cause.js'
import type { Attempt } from './query.js'
import { holdersOf, holdersText } from './range.js'

/** Tells who has the reserved ports that a picker found used up, of either protocol. */
export function reservedCauses({ protocol, tried }: Attempt): Cause[] {
  if (tried === undefined || tried.count === 0 || protocol === 'unix') return []
  const { low, high, count } = tried
  const entries = sockets({ protocol, localPort: { low, high }, processes: true }) as InternetEntry[]
  if (entries.length === 0) return []
  const used = new Set(entries.map(({ localPort }) => localPort)).size
  const holders = holdersOf(entries)
  const text = `Of the ports from ${low} to ${high}, ${used} are in use: ${holdersText(holders)}.`
  const isSure = used >= count
  const doubt = isSure ? undefined : `${count} were tried, so that some may be free by now`
  return [cause('reserved-ports', text, { blocks: isSure ? true : 'unknown', doubt, sockets: entries, holders })]
}
