import { abortError, type SystemError } from '../errors.js'
import { BareSocket } from '../sockets/index.js'
import { Arena, type Second } from './arena.js'
import {
  type ConflictCase,
  type ConflictOptions,
  type ConflictPlan,
  checkConflictOptions,
  placeOf,
  plansOf,
} from './cases.js'
import { Contender } from './contender.js'
import { type Receiver, whoReceives } from './traffic.js'

type Results = Pick<ConflictCase, 'bind' | 'listen' | 'firstListen' | 'traffic'>

const nothing = { bind: null, listen: null, firstListen: null, traffic: null } as const

// Where a kernel shares connections between two sockets, all go to one of them once in 2 ** 31 cases.
const manyProbes = 32
const fewProbes = 2

function sharesPort(reuse: string): boolean {
  return reuse === 'port' || reuse === 'both'
}

function trafficOf(
  arena: Arena,
  plan: ConflictPlan,
  port: number,
  first: Contender,
  second: Second,
): Promise<Receiver> {
  const family = plan.families === 'ipv6' ? ('ipv6' as const) : ('ipv4' as const)
  const mayShare = second.contention.bind === 'ok' && sharesPort(plan.firstReuse) && sharesPort(plan.secondReuse)
  const aim = {
    protocol: plan.protocol,
    family,
    address: family === 'ipv6' ? '::1' : '127.0.0.1',
    port,
    first,
    second: second.receiving,
    make: (of: typeof family, type: 'stream' | 'datagram') => arena.run(() => new BareSocket(of, type)),
  }
  return whoReceives(aim, mayShare ? manyProbes : fewProbes)
}

/** Lets the second socket contend with the first, sends, and sees whether the first can still listen. */
async function contend(arena: Arena, plan: ConflictPlan, port: number, first: Contender): Promise<Results> {
  const place = placeOf(plan, 'second')
  const second = await (plan.user === 'same' ? arena.openOwn(place, port) : arena.openStranger(place, port))
  try {
    if (plan.protocol === 'udp' || plan.firstListens) await first.receive()
    const traffic = await trafficOf(arena, plan, port, first, second)
    const firstListen = plan.protocol === 'tcp' && !plan.firstListens ? first.listen() : null
    return { ...second.contention, firstListen, traffic }
  } finally {
    await second.close()
  }
}

async function measure(arena: Arena, plan: ConflictPlan): Promise<ConflictCase> {
  if (plan.user === 'other' && process.getuid?.() !== 0) {
    return { ...plan, ...nothing, unmeasured: 'becoming another user takes root' }
  }
  const port = arena.unusedPort(plan.protocol)
  const first = arena.run(() => new Contender(placeOf(plan, 'first')))
  try {
    const bound = first.bind(port)
    const listened = bound === 'ok' && plan.firstListens ? first.listen() : 'ok'
    if (bound !== 'ok' || listened !== 'ok') {
      return { ...plan, ...nothing, unmeasured: `the first socket failed with ${bound === 'ok' ? listened : bound}` }
    }
    return { ...plan, ...(await contend(arena, plan, port, first)) }
  } finally {
    await first.close()
  }
}

/** Measures one case; where the system has no such sockets (no IPv6, say), the case tells that. */
async function measureOrTell(arena: Arena, plan: ConflictPlan): Promise<ConflictCase> {
  try {
    return await measure(arena, plan)
  } catch (error) {
    const { code, syscall, message } = error as SystemError
    if (syscall === undefined) throw error
    return { ...plan, ...nothing, unmeasured: code === undefined ? message : `${syscall} ${code}` }
  }
}

/**
 * Measures, with real sockets, when a second socket may bind to a port that a first one has, whether it may listen, and
 * which of the two receives what is sent there: the rules of the running kernel, not of a manual.
 *
 * The sockets live in a network namespace that is made for it where this user may make one (CAP_SYS_ADMIN), and on
 * unused ports otherwise. The second socket of the other-user cases is made by a child process that becomes `nobody`,
 * which takes root; without it those cases say that they were not measured.
 *
 * @param options the values of each dimension that are wanted @default all, 1536 cases in a few seconds
 * @returns the cases, in the order of the dimensions
 * @throws (rejects) an AbortError; argument errors
 * @see bind(2), socket(7), ip(7)
 */
export async function bindConflicts(options: ConflictOptions = {}): Promise<ConflictCase[]> {
  checkConflictOptions(options)
  const { signal } = options
  const arena = new Arena()
  const cases: ConflictCase[] = []
  try {
    for (const plan of plansOf(options)) {
      if (signal?.aborted) throw abortError(signal)
      cases.push(await measureOrTell(arena, plan))
    }
    return cases
  } finally {
    await arena.end()
  }
}
