import type { Connection, First } from './connection.js'
import type { RemoteReport } from './types.js'

/** Tells how a command ended, from how its connections did. */
export function reportOf(begun: number, main: Connection | undefined, back: Connection | undefined): RemoteReport {
  const first = main?.first ?? 'none'
  const has = (end: First) => first === end || back?.first === end
  return {
    durationMs: performance.now() - begun,
    closedFirst: first === 'none' ? 'reset' : first,
    timeWait: has('local') ? 'local' : has('remote') ? 'remote' : 'none',
  }
}
