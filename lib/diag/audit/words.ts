import type { InternetEntry } from '../entry.js'
import { userText } from '../explain/words.js'
import type { AuditFinding, Severity, Takeover } from './finding.js'

const severities: readonly Severity[] = ['none', 'low', 'unknown', 'medium', 'high']

function severityOfOne({ by, needs, takes }: Takeover, { uid }: InternetEntry): Severity {
  if (by === 'nobody' || by === 'unknown') return by === 'nobody' ? 'none' : 'unknown'
  if (takes === 'a copy') return 'low'
  const isPrivileged = needs.includes('CAP_NET_BIND_SERVICE')
  if (by === 'any user') return isPrivileged ? 'medium' : 'high'
  return isPrivileged || uid === 0 ? 'low' : 'medium'
}

/** How bad a socket's worst way is. */
export function severityOf(takeovers: readonly Takeover[], socket: InternetEntry): Severity {
  const ranks = takeovers.map((takeover) => severities.indexOf(severityOfOne(takeover, socket)))
  return severities[Math.max(...ranks)] as Severity
}

/** The address and port of a socket, as URLs have them. */
export function nameOf({ family, localAddress, localPort }: InternetEntry): string {
  return family === 'ipv6' ? `[${localAddress}]:${localPort}` : `${localAddress}:${localPort}`
}

const binds = {
  equal: 'binds to the same address',
  specific: 'binds to a specific address of this host',
  ipv4: "binds to the socket's IPv4 address through an IPv4 socket",
} as const

const gains = {
  everything: 'everything that is sent there',
  'a share': 'a share of the connections or datagrams',
  'a copy': 'a copy of each datagram',
  'the port': 'the port, and the listen() of this one will fail',
} as const

const attackers = ['nobody', 'unknown', 'same user', 'any user']
const amounts = [undefined, 'a copy', 'a share', 'the port', 'everything']

/** The way that is worth a sentence: the one that most people can go, and of those the one that takes most. */
export function mainTakeover(takeovers: readonly Takeover[]): Takeover {
  const weight = ({ by, takes }: Takeover) => attackers.indexOf(by) * amounts.length + amounts.indexOf(takes)
  return takeovers.reduce((most, one) => (weight(one) > weight(most) ? one : most))
}

function ownUserText({ uid }: InternetEntry): string {
  if (uid === undefined) return 'the user who made the socket'
  return uid === 0 ? 'root' : userText(uid)
}

/** Says what the way comes to that is worth a sentence. */
export function summaryOf(takeover: Takeover, socket: InternetEntry, unread: string | undefined): string {
  const { bind, by, atMost, needs, takes } = takeover
  if (by === 'nobody') return 'Nobody can bind to this port a second time.'
  if (by === 'unknown') {
    const whose =
      unread === undefined ? 'Options of another socket on this port are unknown' : `Its options are unknown: ${unread}`
    const bound =
      atMost === 'same user' ? 'its own user at most could take its traffic' : 'any user might take its traffic'
    return `${whose}. By the rules ${bound}.`
  }
  const user = by === 'any user' ? 'Any user' : `Any process of ${ownUserText(socket)}`
  return `${user} who ${binds[bind]} with ${needs.join(' and ')} gets ${gains[takes ?? 'everything']}.`
}

/** Says what to do about it. */
export function adviceOf({ by, takes, needs }: Takeover, { protocol, state }: InternetEntry): AuditFinding['advice'] {
  if (by === 'nobody') return undefined
  if (by === 'unknown')
    return 'Run the audit where the owner can be seen: as root or its user, and in its process namespace.'
  if (takes === 'a copy') return 'Multicast reaches every member; do not send secrets by it.'
  if (protocol === 'udp' && needs.includes('SO_REUSEADDR')) {
    return 'Leave SO_REUSEADDR off over UDP (reuseAddr of node:dgram); a receiver of multicast binds to the group instead.'
  }
  if (needs.includes('SO_REUSEPORT')) {
    return 'Leave SO_REUSEPORT off where one process serves the port, and give the service a user of its own.'
  }
  if (state === 'BOUND') return 'Listen right after bind, in one step, as listen() of sockctl does.'
  return undefined
}
