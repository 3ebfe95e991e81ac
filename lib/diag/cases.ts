import { invalidArgType } from '../errors.js'
import { optional, validateObject, validateOneOf, validateSignal } from '../validate.js'
import type { Outcome, Reuse } from './contender.js'
import type { Receiver } from './traffic.js'

/** The values that each dimension of a case can have, in the order in which the cases come. */
export const dimensions = {
  /** The protocol of both sockets. */
  protocol: ['tcp', 'udp'],
  /**
   * The families of the two: both IPv4; both IPv6 alone; a dual-stack IPv6 socket first and an IPv4 one second; or the
   * other way round.
   */
  families: ['ipv4', 'ipv6', 'dual-ipv4', 'ipv4-dual'],
  /** Whether the first socket is bound to the wildcard address or to a specific one. */
  firstAddress: ['wildcard', 'specific'],
  /** The same of the second. */
  secondAddress: ['wildcard', 'specific'],
  /** The reuse options of the first socket: SO_REUSEADDR is `address`, SO_REUSEPORT is `port`. */
  firstReuse: ['none', 'address', 'port', 'both'],
  /** The same of the second. */
  secondReuse: ['none', 'address', 'port', 'both'],
  /** Whether the first socket listens by the time that the second one binds (TCP), or is only bound. */
  firstListens: [true, false],
  /** Whether the second socket is of the same user as the first. */
  user: ['same', 'other'],
} as const

/** The name of a dimension. */
export type Dimension = keyof typeof dimensions

/** Two sockets that contend for a port. */
export type ConflictPlan = { readonly [Name in Dimension]: (typeof dimensions)[Name][number] }

/** Two sockets that contended for a port, and what came of it. */
export type ConflictCase = ConflictPlan & {
  /** Whether the second socket could bind: 'ok', or the error's name; null where the case was not measured. */
  readonly bind: Outcome | null
  /** Whether it could listen; null for UDP and where it did not bind. */
  readonly listen: Outcome | null
  /** Whether the first socket, so far only bound, could listen after that; null for UDP and where it listened already. */
  readonly firstListen: Outcome | null
  /** Who received what was sent to the specific address, before the first socket's late listen. */
  readonly traffic: Receiver | null
  /** Why the case was not measured, where it was not. */
  readonly unmeasured?: string
}

/** Which cases to measure: for each dimension the values that are wanted, all by default. */
export type ConflictOptions = { readonly [Name in Dimension]?: readonly ConflictPlan[Name][] | undefined } & {
  /** Ends the measurement early. */
  readonly signal?: AbortSignal | undefined
}

/** Checks which cases are wanted. */
export function checkConflictOptions(options: unknown): asserts options is ConflictOptions {
  validateObject(options, 'options')
  optional(options.signal, 'options.signal', validateSignal)
  for (const [name, values] of Object.entries(options)) {
    if (name === 'signal' || values === undefined) continue
    validateOneOf(name, 'options', Object.keys(dimensions))
    if (!Array.isArray(values)) throw invalidArgType(`options.${name}`, 'an array', values)
    for (const value of values) validateOneOf<unknown>(value, `options.${name}`, dimensions[name as Dimension])
  }
}

/** Lists the cases that are wanted. A UDP socket does not listen, so that for UDP there is one case where TCP has two. */
export function plansOf(options: ConflictOptions): ConflictPlan[] {
  let plans: Partial<Record<Dimension, unknown>>[] = [{}]
  for (const name of Object.keys(dimensions) as Dimension[]) {
    const wanted: readonly unknown[] = options[name] ?? dimensions[name]
    const values = dimensions[name].filter((value) => wanted.includes(value))
    plans = plans.flatMap((plan) => values.map((value) => ({ ...plan, [name]: value })))
  }
  return (plans as ConflictPlan[]).filter((plan) => plan.protocol === 'tcp' || !plan.firstListens)
}

/** The address of each kind that a plan's socket binds to, and the family of the socket. */
export function placeOf(plan: ConflictPlan, which: 'first' | 'second') {
  const kind = which === 'first' ? plan.firstAddress : plan.secondAddress
  const reuse: Reuse = which === 'first' ? plan.firstReuse : plan.secondReuse
  const dual = plan.families === (which === 'first' ? 'dual-ipv4' : 'ipv4-dual')
  const family = dual || plan.families === 'ipv6' ? ('ipv6' as const) : ('ipv4' as const)
  const addresses = { ipv4: ['0.0.0.0', '127.0.0.1'], ipv6: ['::', dual ? '::ffff:127.0.0.1' : '::1'] } as const
  const [wildcard, specific] = addresses[family]
  return { protocol: plan.protocol, family, reuse, ipv6Only: !dual, address: kind === 'wildcard' ? wildcard : specific }
}
