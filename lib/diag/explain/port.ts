import { isIPv4 } from 'node:net'
import type { SystemError } from '../../errors.js'
import type { InternetEntry } from '../entry.js'
import { type ReuseFlags, reuseFlags } from '../flags.js'
import {
  both,
  isOrphan,
  isRemnant,
  isWildcard,
  type Known,
  not,
  overlaps,
  type Place,
  sharesPort,
  unmapped,
} from '../rules.js'
import { sockets } from '../sockets.js'
import { isAnyone } from '../users.js'
import type { Cause, CauseKind } from './cause.js'
import { causeOwners } from './owners.js'
import type { Attempt } from './query.js'
import { longestRemaining } from './remaining.js'
import { blockText } from './sentences.js'

/** Where a socket of an attempt is to be bound. */
export function placeOf({ address, ipv6Only }: Attempt): Place {
  if (address === undefined) return { family: 'ipv6', address: '::', ipv6Only }
  const [bare = '', zone] = address.split('%')
  return { family: isIPv4(bare) ? 'ipv4' : 'ipv6', address: bare, ipv6Only, interface: zone }
}

/** Where a socket is. A remnant does not tell IPV6_V6ONLY, and needs not: no connection is to a wildcard address. */
export function placeOfEntry({ family, localAddress, ipv6Only = false, interface: name }: InternetEntry): Place {
  return { family, address: localAddress, ipv6Only, interface: name }
}

/** What a socket is; undefined for one that holds no port of its own, which is a request for a connection. */
function ownKind(entry: InternetEntry): CauseKind | undefined {
  if (entry.protocol === 'udp') return 'datagram'
  if (entry.state === 'LISTEN') return 'listener'
  if (entry.state === 'BOUND') return 'bound'
  if (isRemnant(entry)) return entry.state === 'TIME_WAIT' ? 'time-wait' : 'fin-wait-2'
  if (entry.inode === 0 && entry.state === 'SYN_RECV') return undefined
  return isOrphan(entry) ? 'orphan' : 'connection'
}

/** The rule by which a listener, bound or datagram socket is in the way, where it is not on the same address. */
function ruleKind(attempt: Attempt, entry: InternetEntry, flags: ReuseFlags): CauseKind | undefined {
  const isOther = entry.uid !== process.geteuid?.()
  if (isOther && both(attempt.reusePort, flags.reusePort) === true) return 'other-user-group'
  if (attempt.address === undefined) return undefined
  const [mine, theirs] = [unmapped(placeOf(attempt).address), unmapped(entry.localAddress)]
  if (isIPv4(mine) !== isIPv4(theirs)) return 'dual-stack'
  return isWildcard(mine) === isWildcard(theirs) ? undefined : 'wildcard'
}

const named: ReadonlySet<CauseKind> = new Set<CauseKind>(['listener', 'bound', 'datagram'])

/** One socket that stands in the way. */
interface Obstacle {
  readonly entry: InternetEntry
  readonly own: CauseKind
  readonly kind: CauseKind
  readonly blocks: Known
  readonly flags: ReuseFlags
}

function obstacleOf(attempt: Attempt, entry: InternetEntry): Obstacle[] {
  const own = ownKind(entry)
  if (own === undefined) return []
  const meets = overlaps(placeOf(attempt), placeOfEntry(entry))
  if (meets === false) return []
  const flags = reuseFlags(entry)
  const protocol = entry.protocol === 'udp' ? ('udp' as const) : ('tcp' as const)
  const { reuseAddress, reusePort } = attempt
  const uid = isRemnant(entry) ? undefined : entry.uid
  const mine = { protocol, reuseAddress, reusePort, uid: process.geteuid?.() }
  const theirs = { protocol, ...flags, uid, state: entry.state }
  const blocks = both(meets, not(sharesPort(mine, theirs)))
  if (blocks === false) return []
  const kind = (named.has(own) ? ruleKind(attempt, entry, flags) : undefined) ?? own
  return [{ entry, own, kind, blocks, flags }]
}

function keyOf({ entry, own, kind, blocks, flags }: Obstacle): string {
  const pids = (entry.owners ?? []).map(({ pid }) => pid)
  return [kind, own, entry.localAddress, blocks, flags.reuseAddress, flags.reusePort, ...pids].join()
}

/** How long until the last of some remnants is gone; undefined where any is no remnant. */
export function untilOf(entries: readonly InternetEntry[]): number | undefined {
  return entries.every(isRemnant) ? longestRemaining(entries) : undefined
}

const lacking = 'whether it is the same user cannot be known in this user namespace, which lacks some'

function doubtOf(attempt: Attempt, { blocks, flags, entry }: Obstacle): string | undefined {
  if (blocks !== 'unknown') return undefined
  const own = attempt.reuseAddress === 'unknown' || attempt.reusePort === 'unknown'
  const mine = own ? 'the error does not tell all reuse options of the socket that was to be bound' : undefined
  const theirs = flags.reason && `the reuse options of the other one are unknown: ${flags.reason}`
  const whose = isAnyone(entry.uid) ? lacking : undefined
  return [mine, theirs, whose].filter((part) => part !== undefined).join('; ')
}

function causeOf(attempt: Attempt, group: readonly Obstacle[]): Cause {
  const first = group[0] as Obstacle
  const entries = group.map(({ entry }) => entry)
  const owners = causeOwners(entries)
  return {
    kind: first.kind,
    blocks: first.blocks,
    text: blockText(first.kind, first.own, entries, owners),
    doubt: doubtOf(attempt, first),
    sockets: entries,
    owners,
    reuseAddress: first.flags.reuseAddress,
    reusePort: first.flags.reusePort,
    untilMs: untilOf(entries),
    holders: undefined,
  }
}

function mptcpSockets(localPort: number): InternetEntry[] {
  try {
    return sockets({ protocol: 'mptcp', localPort, processes: true }) as InternetEntry[]
  } catch (error) {
    if ((error as SystemError).code !== 'ERR_SOCKCTL_UNSUPPORTED') throw error
    return []
  }
}

/** A subflow of MPTCP has no descriptor: who has its MPTCP socket open has it. */
function lendOwners(entries: readonly InternetEntry[], localPort: number): void {
  const subflows = entries.filter(({ upperProtocol, inode }) => upperProtocol === 'mptcp' && inode === 0)
  if (subflows.length === 0) return
  const whole = mptcpSockets(localPort)
  for (const subflow of subflows) {
    const listens = subflow.state === 'LISTEN'
    const its = whole.find(({ state }) => (state === 'LISTEN') === listens)
    if (its) Object.assign(subflow, { owners: its.owners, inode: its.inode })
  }
}

/** The sockets of a port, and who has them open. */
export function socketsOfPort(protocol: 'tcp' | 'udp', localPort: number): InternetEntry[] {
  const entries = sockets({ protocol, localPort, processes: true }) as InternetEntry[]
  if (protocol === 'tcp') lendOwners(entries, localPort)
  return entries
}

/** The sockets that keep a socket from being bound to a port, those of a kind, a place and an owner together. */
export function portCauses(attempt: Attempt): Cause[] {
  if (attempt.protocol === 'unix') return []
  const groups = new Map<string, Obstacle[]>()
  for (const entry of socketsOfPort(attempt.protocol, attempt.port)) {
    for (const obstacle of obstacleOf(attempt, entry)) {
      const key = keyOf(obstacle)
      const group = groups.get(key)
      if (group) group.push(obstacle)
      else groups.set(key, [obstacle])
    }
  }
  return [...groups.values()].map((group) => causeOf(attempt, group))
}
