import { parseIPv4, parseIPv6 } from '../../ipaddress.js'
import type { InternetEntry } from '../entry.js'
import { isAnyone } from '../users.js'
import type { AttackBind, Attacker, Takeover } from './finding.js'
import type { Flags } from './flags.js'
import { type Claim, type Holder, predict } from './rules.js'

/** A socket of the host, and each set of options that it may have: one where they were read. */
export interface Suspect {
  readonly entry: InternetEntry
  readonly flags: readonly Flags[]
}

type Certain = Exclude<Attacker, 'unknown'>
type Takes = NonNullable<Takeover['takes']>

/** What an attack with some options comes to. */
interface Result {
  readonly by: Certain
  readonly options?: readonly string[]
  readonly takes?: Takes
}

const mapped = '::ffff:'
const rank: readonly Certain[] = ['nobody', 'same user', 'any user']

/** The options that a second socket may set: both where one holder of the port has the one, and another the other. */
const attempts = [
  { options: ['SO_REUSEADDR'], reuseAddress: true, reusePort: false },
  { options: ['SO_REUSEPORT'], reuseAddress: false, reusePort: true },
  { options: ['SO_REUSEADDR', 'SO_REUSEPORT'], reuseAddress: true, reusePort: true },
] as const

export function isWildcard({ localAddress }: InternetEntry): boolean {
  return localAddress === '0.0.0.0' || localAddress === '::' || localAddress === `${mapped}0.0.0.0`
}

function isMulticast({ family, localAddress }: InternetEntry): boolean {
  const first = (family === 'ipv4' ? parseIPv4(localAddress) : parseIPv6(localAddress))[0] as number
  return family === 'ipv4' ? first >= 224 && first < 240 : first === 0xff
}

/** The second bind: its address, undefined for one that no specific socket of the port has. */
function addressOf({ localAddress }: InternetEntry, bind: AttackBind): string | undefined {
  if (bind === 'specific') return undefined
  if (bind === 'equal') return localAddress
  return localAddress === '::' ? '0.0.0.0' : localAddress.slice(mapped.length)
}

/** Whether it is bound to IPv4, if only by a mapped address. */
function isOnIPv4({ family, localAddress }: InternetEntry): boolean {
  return family === 'ipv4' || localAddress.startsWith(mapped)
}

/** Whether the addresses of the second bind and of a socket of the port overlap. */
function overlaps(victim: Suspect, bind: AttackBind, { entry, flags }: Suspect, isDual: boolean): boolean {
  if (entry === victim.entry) return true
  const { interface: mine } = victim.entry
  if (mine !== undefined && entry.interface !== undefined && mine !== entry.interface) return false
  const takesIPv4 = bind === 'ipv4' || isOnIPv4(victim.entry)
  const isSameFamily = isOnIPv4(entry) === takesIPv4
  if (!isSameFamily && !(takesIPv4 ? flags.some((one) => one.isDual) : isDual)) return false
  if (isWildcard(entry)) return true
  const address = addressOf(victim.entry, bind)
  if (address === undefined) return false
  return address === '0.0.0.0' || address === '::' || plain(address) === plain(entry.localAddress)
}

function plain(address: string): string {
  return address.startsWith(mapped) ? address.slice(mapped.length) : address
}

function holderOf(
  { protocol, family, localAddress, state }: InternetEntry,
  flags: Flags,
  traffic: Claim['traffic'],
): Holder {
  return {
    protocol: protocol === 'udp' ? 'udp' : 'tcp',
    traffic,
    isDual: family === 'ipv6' && traffic === 'ipv4' && flags.isDual,
    isWildcard: isWildcard({ localAddress } as InternetEntry),
    reuseAddress: flags.reuseAddress,
    reusePort: flags.reusePort,
    isListening: state === 'LISTEN',
  }
}

/** What a second bind gets from a socket, as a user; undefined where it does not work, or gets nothing. */
function takesOf(
  victim: Suspect,
  flags: Flags,
  bind: AttackBind,
  attempt: (typeof attempts)[number],
  isSameUser: boolean,
) {
  const traffic = bind === 'ipv4' ? 'ipv4' : victim.entry.family
  const holder = holderOf(victim.entry, flags, traffic)
  const isDual = bind === 'equal' && holder.isDual
  const claim: Claim = { ...holder, ...attempt, isDual, isWildcard: bind !== 'specific' && holder.isWildcard }
  const { binds, holderListens } = predict(holder, claim, isSameUser)
  if (!binds) return undefined
  // Who may still listen will, and receives then what a listener does.
  const { receives } = predict({ ...holder, isListening: holderListens }, claim, isSameUser)
  if (receives === 'first') return undefined
  if (isMulticast(victim.entry) && holder.protocol === 'udp') return 'a copy'
  if (!holderListens && holder.protocol === 'tcp') return 'the port'
  return receives === 'both' ? 'a share' : 'everything'
}

/** Whether the other sockets of the port let a second bind through: each in some, or in all, of the ways it may be. */
function letThrough(
  others: readonly Suspect[],
  victim: Suspect,
  claim: Claim,
  user: Certain,
  how: 'some' | 'every',
): boolean {
  return others.every(({ entry, flags }) =>
    flags[how]((one) => {
      const isCertain = how === 'some' || !isAnyone(entry.uid)
      const isSameUser = user === 'same user' && entry.uid === victim.entry.uid && isCertain
      return predict(holderOf(entry, one, claim.traffic), claim, isSameUser).binds
    }),
  )
}

/** The most dangerous that one way comes to, with the victim's options known. */
function worst(
  victim: Suspect,
  flags: Flags,
  bind: AttackBind,
  port: readonly Suspect[],
  how: 'some' | 'every',
): Result {
  const others = port.filter((one) => one !== victim && overlaps(victim, bind, one, flags.isDual))
  for (const user of ['any user', 'same user'] as const) {
    for (const attempt of attempts) {
      const takes = takesOf(victim, flags, bind, attempt, user === 'same user')
      const claim = { ...holderOf(victim.entry, flags, victim.entry.family), ...attempt }
      if (takes && letThrough(others, victim, claim, user, how)) return { by: user, options: attempt.options, takes }
    }
  }
  return { by: 'nobody' }
}

function lessThan(one: Result, other: Result): number {
  return rank.indexOf(one.by) - rank.indexOf(other.by)
}

/** Judges one way, for each set of options that the sockets of the port may have. */
function judge(victim: Suspect, bind: AttackBind, port: readonly Suspect[], capability: readonly string[]): Takeover {
  const most = victim.flags.map((flags) => worst(victim, flags, bind, port, 'some')).sort(lessThan)
  const least = victim.flags.map((flags) => worst(victim, flags, bind, port, 'every')).sort(lessThan)
  const [highest, lowest] = [most.at(-1) as Result, least[0] as Result]
  const needs = highest.options === undefined ? [] : [...highest.options, ...capability]
  const isCertain = highest.by === lowest.by
  const who = isCertain ? { by: highest.by } : { by: 'unknown' as const, atMost: highest.by }
  return { bind, ...who, needs, takes: highest.takes }
}

function waysOf({ entry, flags }: Suspect): AttackBind[] {
  const isDual = entry.family === 'ipv6' && flags.some((one) => one.isDual)
  const hasTwin = isDual && (entry.localAddress === '::' || entry.localAddress.startsWith(mapped))
  return ['equal', ...(isWildcard(entry) ? (['specific'] as const) : []), ...(hasTwin ? (['ipv4'] as const) : [])]
}

/**
 * Lists the ways to take a socket's traffic, and who can go them.
 *
 * @param port all suspects that share the socket's port and protocol, itself included
 * @param capability what binding to the port takes
 */
export function takeoversOf(victim: Suspect, port: readonly Suspect[], capability: readonly string[]): Takeover[] {
  return waysOf(victim).map((bind) => judge(victim, bind, port, capability))
}
