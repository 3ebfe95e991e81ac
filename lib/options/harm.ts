import type { Row } from './row.js'
import type { Timestamping } from './timestamping.js'
import type { Linger } from './values.js'

function lingers(value: unknown): boolean {
  const { on, seconds } = value as Linger
  return on && seconds > 0
}

/** Whether flags of SO_TIMESTAMPING put something into the error queue. */
function reportsSends(value: unknown): boolean {
  return (value as Timestamping).flags.some((flag) => flag.startsWith('TX_'))
}

/**
 * What a checked value would do to the event loop that has the socket, in words that end a sentence; undefined where it
 * does nothing to it.
 */
export function harmOf({ entry }: Row, value: unknown): string | undefined {
  if (entry.type === 'linger' && lingers(value)) {
    return 'would block the event loop when the socket closes; use 0 seconds, or setOption() with { force: true }'
  }
  if (entry.type === 'so_timestamping' && reportsSends(value)) {
    return (
      'would fill the error queue, which Node does not read: the event loop then spins, and a datagram socket can ' +
      'end the process; ask for received times alone, or setOption() with { force: true }'
    )
  }
  return undefined
}
