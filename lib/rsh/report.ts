import type { Connection } from './connection.js'
import type { RemoteReport } from './types.js'

/** Tells how a command ended, from how its connections did. */
export function reportOf(begun: number, main: Connection | undefined, back: Connection | undefined): RemoteReport {
  const ends = [main?.first, back?.first]
  const has = (end: string) => ends.includes(end as (typeof ends)[number])
  const first = main?.first ?? 'none'
  return {
    durationMs: performance.now() - begun,
    closedFirst: first === 'none' ? 'reset' : first,
    timeWait: has('local') ? 'local' : has('remote') ? 'remote' : 'none',
  }
}
