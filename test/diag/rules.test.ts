import { describe, expect, test } from 'vitest'
import { predict } from '../../lib/diag/audit/rules.js'
import { placeOf } from '../../lib/diag/cases.js'
import { bindConflicts, type ConflictCase } from '../../lib/diag.js'

function claimOf(one: ConflictCase, which: 'first' | 'second') {
  const { protocol, family, reuse, ipv6Only } = placeOf(one, which)
  return {
    protocol,
    traffic: one.families === 'ipv6' ? ('ipv6' as const) : ('ipv4' as const),
    isDual: family === 'ipv6' && !ipv6Only,
    isWildcard: (which === 'first' ? one.firstAddress : one.secondAddress) === 'wildcard',
    reuseAddress: reuse === 'address' || reuse === 'both',
    reusePort: reuse === 'port' || reuse === 'both',
  }
}

/** What the rules say of a case, in the form of what was measured. */
function predicted(one: ConflictCase) {
  const first = { ...claimOf(one, 'first'), isListening: one.firstListens }
  const { binds, receives, holderListens } = predict(first, claimOf(one, 'second'), one.user === 'same')
  if (!binds) return { bind: 'EADDRINUSE' }
  const late = one.protocol === 'tcp' && !one.firstListens
  return { bind: 'ok', traffic: receives, firstListen: late ? (holderListens ? 'ok' : 'EADDRINUSE') : null }
}

describe('predict', () => {
  test('agrees with every case that bindConflicts could measure', async () => {
    const measured = (await bindConflicts()).filter((one) => one.unmeasured === undefined)
    expect(measured.length).toBeGreaterThanOrEqual(768)
    for (const one of measured) expect(one).toMatchObject(predicted(one))
  }, 120_000)
})
