import type { OptionEntry } from './entry.js'
import type { Row } from './row.js'
import type { Timestamping } from './timestamping.js'
import type { Linger } from './values.js'

/** What an option would do to the event loop that has the socket. */
export interface Harm {
  /** In words that end a sentence. */
  readonly reason: string
  /** Whether it does that on a datagram socket alone. */
  readonly onDatagrams: boolean
}

const blocking: Harm = {
  reason: 'would block the event loop when the socket closes; use 0 seconds, or setOption() with { force: true }',
  onDatagrams: false,
}
const spinning: Harm = {
  reason:
    'would fill the error queue, which Node does not read: the event loop then spins, and a datagram socket can end ' +
    'the process; leave it out, or use setOption() with { force: true }',
  onDatagrams: false,
}
const errorQueues: ReadonlySet<string> = new Set(['IP_RECVERR', 'IPV6_RECVERR'])

function lingers(value: unknown): boolean {
  const { on, seconds } = value as Linger
  return on && seconds > 0
}

/** Whether flags of SO_TIMESTAMPING put something into the error queue. */
function reportsSends(value: unknown): boolean {
  return (value as Timestamping).flags.some((flag) => flag.startsWith('TX_'))
}

/** Whether an option has values that harm. */
export function canHarm(name: string, { type }: OptionEntry): boolean {
  return type === 'linger' || type === 'so_timestamping' || errorQueues.has(name)
}

/** What a checked value would do to the event loop that has the socket; undefined where it does nothing to it. */
export function harmOf({ name, entry }: Row, value: unknown): Harm | undefined {
  if (entry.type === 'linger' && lingers(value)) return blocking
  if (entry.type === 'so_timestamping' && reportsSends(value)) return spinning
  // TCP passes such errors on without the queue.
  if (errorQueues.has(name) && value === true) return { ...spinning, onDatagrams: true }
  return undefined
}
