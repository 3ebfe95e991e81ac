import { bindConflicts, type ConflictCase, type ConflictOptions } from '../../diag.js'
import { rootInside, type Section, type Step } from './step.js'

/** A case to show: what it stands for, where it is in the matrix, and what must come of it. */
interface Exhibit {
  readonly did: string
  readonly plan: ConflictOptions
  readonly want: Partial<ConflictCase>
}

const shadow: ConflictOptions = { families: ['ipv4'], firstAddress: ['wildcard'], secondAddress: ['specific'] }
const identical: ConflictOptions = { ...shadow, firstAddress: ['specific'] }
const refused = { bind: 'EADDRINUSE', traffic: 'first' } as const

function tcp(reuse: 'none' | 'address' | 'port', listens: boolean, user: 'same' | 'other'): ConflictOptions {
  return { protocol: ['tcp'], firstReuse: [reuse], secondReuse: [reuse], firstListens: [listens], user: [user] }
}

function udp(reuse: 'none' | 'address', user: 'same' | 'other'): ConflictOptions {
  return { protocol: ['udp'], firstReuse: [reuse], secondReuse: [reuse], user: [user] }
}

const exhibits: readonly Exhibit[] = [
  {
    did: 'TCP: a server listens on the wildcard with SO_REUSEPORT; the same user binds 127.0.0.1 with it',
    plan: { ...shadow, ...tcp('port', true, 'same') },
    want: { bind: 'ok', traffic: 'second' },
  },
  {
    did: 'Prevented: the same with SO_REUSEADDR instead',
    plan: { ...shadow, ...tcp('address', true, 'same') },
    want: refused,
  },
  {
    did: 'Prevented: the same with SO_REUSEPORT, but another user',
    plan: { ...shadow, ...tcp('port', true, 'other') },
    want: refused,
  },
  {
    did: 'The window: a server with SO_REUSEADDR is bound and does not listen yet; another user binds 127.0.0.1',
    plan: { ...shadow, ...tcp('address', false, 'other') },
    want: { bind: 'ok', traffic: 'second', firstListen: 'EADDRINUSE' },
  },
  {
    did: 'The window is there for a server on 127.0.0.1 too: another user binds the identical address',
    plan: { ...identical, ...tcp('address', false, 'other') },
    want: { bind: 'ok', traffic: 'second', firstListen: 'EADDRINUSE' },
  },
  {
    did: 'Prevented: bind and listen in one step, as listen() does it; then another user binds the identical address',
    plan: { ...identical, ...tcp('address', true, 'other') },
    want: refused,
  },
  {
    did: 'UDP: a server on the wildcard with SO_REUSEADDR; another user binds 127.0.0.1',
    plan: { ...shadow, ...udp('address', 'other') },
    want: { bind: 'ok', traffic: 'second' },
  },
  {
    did: 'UDP: binding the specific address does not help; another user binds the identical one',
    plan: { ...identical, ...udp('address', 'other') },
    want: { bind: 'ok', traffic: 'second' },
  },
  {
    did: 'Prevented: UDP without SO_REUSEADDR',
    plan: { ...shadow, ...udp('none', 'other') },
    want: refused,
  },
]

function describe({ bind, listen, traffic, firstListen }: ConflictCase): string {
  if (bind !== 'ok') return `bind gives ${bind}; the ${traffic} one receives the traffic`
  const listens = listen === null ? '' : ` and listens (${listen})`
  const late = firstListen === null ? '' : `; the server's own listen then gives ${firstListen}`
  return `it binds${listens}, and the ${traffic} one receives the traffic${late}`
}

async function stepOf({ did, plan, want }: Exhibit): Promise<Step> {
  const [found] = (await bindConflicts(plan)) as [ConflictCase]
  const { unmeasured } = found
  if (unmeasured !== undefined) {
    const missing = /^set[gu]id /.test(unmeasured) ? `${unmeasured}: ${rootInside}` : unmeasured
    return { did, saw: 'not measured', missing, data: { ...found } }
  }
  const holds = Object.entries(want).every(([name, value]) => found[name as keyof ConflictCase] === value)
  return { did, saw: describe(found), holds, data: { ...found } }
}

/** A specific bind over a wildcard one: where it works, where not, and what prevents it. */
export async function stigmaSection(): Promise<Section> {
  const steps: Step[] = []
  for (const exhibit of exhibits) steps.push(await stepOf(exhibit))
  return { name: 'stigma', title: 'The security stigma: a second bind that takes the traffic', steps }
}
