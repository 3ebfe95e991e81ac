import type { Cause, CauseKind } from './types.js'

const empty = {
  doubt: undefined,
  sockets: [],
  owners: [],
  reuseAddress: undefined,
  reusePort: undefined,
  untilMs: undefined,
  holders: undefined,
} satisfies Partial<Cause>

/** Makes a cause that is certain and about no socket, but for what is said of it. */
export function cause(kind: CauseKind, text: string, more: Partial<Cause> = {}): Cause {
  return { kind, blocks: true, text, ...empty, ...more }
}
