import { linger } from './codecs/structures.js'
import type { OptionEntry } from './entry.js'
import type { Encoded, Row } from './row.js'
import { type Timestamping, timestamping } from './timestamping.js'
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

function lingers(value: Buffer): boolean {
  const { on, seconds } = linger.decode(value) as Linger
  return on && seconds > 0
}

/** Whether flags of SO_TIMESTAMPING put something into the error queue. */
function reportsSends(value: Buffer): boolean {
  return (timestamping.decode(value) as Timestamping).flags.some((flag) => flag.startsWith('TX_'))
}

/** Whether an option has values that harm. */
export function canHarm(name: string, { type }: OptionEntry): boolean {
  return type === 'linger' || type === 'so_timestamping' || errorQueues.has(name)
}

/**
 * What a value in the kernel's form would do to the event loop that has the socket; undefined where it does nothing to it.
 * In that form, since an object with getters can be another one each time that it is read.
 */
export function harmOf({ name, entry }: Row, value: Encoded): Harm | undefined {
  // TCP passes such errors on without the queue.
  if (errorQueues.has(name) && value === 1) return { ...spinning, onDatagrams: true }
  if (typeof value === 'number') return undefined
  if (entry.type === 'linger' && lingers(Buffer.from(value))) return blocking
  if (entry.type === 'so_timestamping' && reportsSends(Buffer.from(value))) return spinning
  return undefined
}
