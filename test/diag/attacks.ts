import type { Arena } from '../../lib/diag/arena.js'
import type { AttackBind, Takeover } from '../../lib/diag/audit/finding.js'
import { Contender, type ContenderPlan, type Reuse } from '../../lib/diag/contender.js'
import { whoReceives } from '../../lib/diag/traffic.js'
import { type AuditFinding, auditListeners } from '../../lib/diag.js'
import { BareSocket } from '../../lib/sockets/index.js'

/** A socket whose traffic somebody tries to take. */
export interface Victim {
  readonly plan: ContenderPlan
  /** Whether it listens by then; true over UDP. */
  readonly listens: boolean
}

/** A victim, bound, and what is needed to end it. */
export async function withVictim<Result>(
  arena: Arena,
  { plan, listens }: Victim,
  use: (victim: Contender, port: number) => Promise<Result>,
): Promise<Result> {
  const port = arena.unusedPort(plan.protocol)
  const victim = arena.run(() => new Contender(plan))
  try {
    if (victim.bind(port) !== 'ok') throw new Error('the victim could not bind')
    if (plan.protocol === 'tcp' && listens && victim.listen() !== 'ok') throw new Error('the victim could not listen')
    return await use(victim, port)
  } finally {
    await victim.close()
  }
}

/** What the audit says of a port, in an arena. */
export function findingsOf(arena: Arena, port: number): AuditFinding[] {
  return arena.run(auditListeners).filter(({ socket }) => socket.localPort === port)
}

/** The plan of the second socket, for a way of attack. */
export function intruderOf({ plan }: Victim, bind: AttackBind, reuse: Reuse): ContenderPlan {
  if (bind === 'equal') return { ...plan, reuse }
  if (bind === 'specific') return { ...plan, reuse, address: plan.family === 'ipv4' ? '127.0.0.1' : '::1' }
  return { ...plan, reuse, family: 'ipv4', address: plan.address === '::' ? '0.0.0.0' : '127.0.0.1' }
}

function targetOf({ plan }: Victim, bind: AttackBind) {
  const isIPv4 = plan.family === 'ipv4' || bind === 'ipv4' || plan.address.startsWith('::ffff:')
  return isIPv4 ? { family: 'ipv4' as const, address: '127.0.0.1' } : { family: 'ipv6' as const, address: '::1' }
}

/** Binds a second time for real, sends, and tells what the second socket got; undefined where it got nothing. */
export function attack(
  arena: Arena,
  victim: Victim,
  bind: AttackBind,
  reuse: Reuse,
  user: 'same user' | 'any user',
): Promise<Takeover['takes']> {
  return withVictim(arena, victim, async (first, port) => {
    const plan = intruderOf(victim, bind, reuse)
    const second = await (user === 'same user' ? arena.openOwn(plan, port) : arena.openStranger(plan, port))
    try {
      if (second.contention.bind !== 'ok' || (second.contention.listen ?? 'ok') !== 'ok') return undefined
      const isLate = plan.protocol === 'tcp' && !victim.listens
      if (isLate && first.listen() !== 'ok') return 'the port'
      await first.receive()
      const { protocol } = plan
      const make = (family: 'ipv4' | 'ipv6', type: 'stream' | 'datagram') =>
        arena.run(() => new BareSocket(family, type))
      const aim = { protocol, ...targetOf(victim, bind), port, first, second: second.receiving, make }
      const receiver = await whoReceives(aim, reuse === 'address' ? 2 : 32)
      return ({ second: 'everything', both: 'a share', first: undefined, nobody: undefined } as const)[receiver]
    } finally {
      await second.close()
    }
  })
}
