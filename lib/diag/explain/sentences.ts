import type { InternetEntry } from '../entry.js'
import type { CauseKind, CauseOwner } from './cause.js'
import { isBeforeRemnant, longestRemaining } from './remaining.js'
import { endText, ownersText, socketsText, timeText } from './words.js'

/** What is said of a socket, after who has it. */
const doings: Readonly<Partial<Record<CauseKind, string>>> = {
  listener: 'listens on',
  bound: 'has bound a socket, which neither listens nor connects, to',
  datagram: 'has a UDP socket on',
}

/** What a rule adds to that. */
const rules: Readonly<Partial<Record<CauseKind, string>>> = {
  wildcard: ': one of the two addresses is the wildcard, which takes in the other',
  'dual-stack': ': the wildcard of IPv6 takes in IPv4 too, unless IPV6_V6ONLY is set',
  'other-user-group': ': both sockets have SO_REUSEPORT, but a group is open to one user only',
}

function longest(entries: readonly InternetEntry[]): string {
  return timeText(longestRemaining(entries))
}

function remnantText(entries: readonly InternetEntry[], what: string): string {
  const [noun, verb] = entries.length === 1 ? ['A connection', 'has'] : [`${entries.length} connections`, 'have']
  return `${noun} that ended ${verb} left ${what}: ${socketsText(entries)}. `
}

/** Says what stands in the way of a bind. */
export function blockText(
  kind: CauseKind,
  own: CauseKind,
  entries: readonly InternetEntry[],
  owners: readonly CauseOwner[],
): string {
  const first = entries[0] as InternetEntry
  const uids = entries.map(({ uid }) => uid)
  const doing = doings[own]
  if (doing !== undefined) {
    return `${ownersText(owners, uids)} ${doing} ${endText(first.localAddress, first.localPort)}${rules[kind] ?? ''}.`
  }
  if (own === 'time-wait') {
    return `${remnantText(entries, 'a remnant in TIME_WAIT')}The kernel keeps it for ${longest(entries)} more.`
  }
  if (own === 'fin-wait-2') {
    const most = entries.some(isBeforeRemnant) ? 'at most ' : ''
    const end = `${most}${longest(entries)} more, or until the peer closes too, from when on it is in TIME_WAIT`
    return `${remnantText(entries, 'a remnant in FIN_WAIT_2')}The kernel keeps it for ${end}.`
  }
  if (own === 'orphan')
    return `The kernel still sends what a closed socket left: ${socketsText(entries)} (${first.state}).`
  if (first.inode === 0) return `${socketsText(entries)} waits to be accepted.`
  return `${ownersText(owners, uids)} has a connection from the port: ${socketsText(entries)} (${first.state}).`
}
