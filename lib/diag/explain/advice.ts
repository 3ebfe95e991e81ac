import type { Cause, CauseKind } from './cause.js'
import type { Advice, AdviceKind } from './explanation.js'
import type { Attempt } from './query.js'
import { remedies, waitText } from './remedies.js'

/** From the most harmless to the least: the order of what is advised. */
const order: readonly AdviceKind[] = [
  'try',
  'wait',
  'probe',
  'see-owner',
  'connect-instead',
  'reuse-address',
  'late-port',
  'keep-connections',
  'other-family',
  'ipv6-only',
  'other-port',
  'other-address',
  'other-path',
  'source-addresses',
  'free-bind',
  'same-user',
  'unlink',
  'close',
  'destroy-remnant',
  'port-range',
  'permission',
  'capability',
  'destroy-orphan',
  'end-process',
]

function rank({ kind }: Advice): number {
  return order.indexOf(kind)
}

/** Causes that go by themselves, nobody knows when. */
const passing: ReadonlySet<CauseKind> = new Set<CauseKind>(['orphan', 'address-tentative', 'reserved-ports'])

function isLasting({ kind, untilMs }: Cause): boolean {
  return untilMs === undefined && !passing.has(kind)
}

/** What can be done about one cause. */
function adviceOf({ cause, attempt }: { cause: Cause; attempt: Attempt }): Advice[] {
  return remedies[cause.kind].map((say) => say(cause, attempt)).filter((one) => one !== undefined)
}

/**
 * What to do about some causes, the most harmless first. Waiting is no advice where something stays, nor is a time where
 * something goes that has none.
 */
export function adviceFor(
  found: readonly { cause: Cause; attempt: Attempt }[],
  freeInMs: number | undefined,
): Advice[] {
  const someStay = found.some(({ cause }) => isLasting(cause))
  const advice = new Map<string, Advice>()
  for (const one of found) {
    const isVain = someStay || (one.cause.untilMs !== undefined && freeInMs === undefined)
    for (const { kind, text } of adviceOf(one)) {
      if (kind !== 'wait') advice.set(`${kind} ${text}`, { kind, text })
      else if (!isVain) advice.set(kind, { kind, text: freeInMs ? waitText(freeInMs) : text })
    }
  }
  return [...advice.values()].sort((one, other) => rank(one) - rank(other))
}
