import { afterAll, describe, expect, test } from 'vitest'
import { Arena } from '../../lib/diag/arena.js'
import type { AttackBind, Takeover } from '../../lib/diag/audit/finding.js'
import type { ContenderPlan, Reuse } from '../../lib/diag/contender.js'
import { isRoot, openDescriptors } from '../support.js'
import { attack, findingsOf, type Victim, withVictim } from './attacks.js'

const reuses = ['none', 'address', 'port', 'both'] as const
const places = [
  { family: 'ipv4', ipv6Only: true, address: '0.0.0.0' },
  { family: 'ipv4', ipv6Only: true, address: '127.0.0.1' },
  { family: 'ipv6', ipv6Only: true, address: '::' },
  { family: 'ipv6', ipv6Only: true, address: '::1' },
  { family: 'ipv6', ipv6Only: false, address: '::' },
  { family: 'ipv6', ipv6Only: false, address: '::ffff:127.0.0.1' },
] as const

const kinds = [
  { protocol: 'tcp', listens: true },
  { protocol: 'tcp', listens: false },
  { protocol: 'udp', listens: true },
] as const

const victims = kinds.flatMap(({ protocol, listens }) =>
  places.flatMap((place) =>
    reuses.map((reuse): [string, Victim] => {
      const plan: ContenderPlan = { protocol, reuse, ...place }
      const dual = place.family === 'ipv6' && !place.ipv6Only ? ', dual-stack' : ''
      return [`${protocol} ${place.address}${dual}, reuse ${reuse}${listens ? '' : ', only bound'}`, { plan, listens }]
    }),
  ),
)

const arena = new Arena()

afterAll(() => arena.end())

/** Tries all that a user could set, and gives what was got with it. */
async function gains(
  victim: Victim,
  bind: AttackBind,
  user: 'any user' | 'same user',
): Promise<Map<Reuse, Takeover['takes']>> {
  const got = new Map<Reuse, Takeover['takes']>()
  for (const reuse of reuses) {
    const takes = await attack(arena, victim, bind, reuse, user)
    if (takes !== undefined) got.set(reuse, takes)
  }
  return got
}

const optionNames: Readonly<Record<string, Reuse>> = { SO_REUSEADDR: 'address', SO_REUSEPORT: 'port' }

/** Checks one verdict by doing it. */
async function prove(victim: Victim, { bind, by, takes, needs }: Takeover): Promise<void> {
  const [own, strange] = [
    await gains(victim, bind, 'same user'),
    isRoot ? await gains(victim, bind, 'any user') : undefined,
  ]
  if (strange) expect(strange.size > 0).toBe(by === 'any user')
  expect(own.size > 0).toBe(by !== 'nobody')
  if (by === 'nobody') return
  const got = by === 'any user' && strange ? strange : own
  expect(got.get(optionNames[needs[0] as string] as Reuse)).toBe(takes)
}

describe('auditListeners', () => {
  test.each(victims)(
    `says who can take the traffic of %s${isRoot ? '' : ' (other users need root)'}`,
    async (_, victim) => {
      const [finding, ...more] = await withVictim(arena, victim, async (_contender, port) => findingsOf(arena, port))
      expect(more).toEqual([])
      const { reuse, family, ipv6Only } = victim.plan
      expect(finding).toMatchObject({
        reuseAddress: reuse === 'address' || reuse === 'both',
        reusePort: reuse === 'port' || reuse === 'both',
      })
      expect(finding?.ipv6Only).toBe(family === 'ipv6' ? ipv6Only : undefined)
      for (const takeover of finding?.takeovers ?? []) await prove(victim, takeover)
    },
  )

  test('leaves no descriptor', async () => {
    const [, victim] = victims[0] as [string, Victim]
    const before = await withVictim(arena, victim, async (_, port) => {
      const open = openDescriptors()
      findingsOf(arena, port)
      return openDescriptors() - open
    })
    expect(before).toBe(0)
  })
})
