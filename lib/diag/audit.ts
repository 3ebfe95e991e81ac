import { readFileSync } from 'node:fs'
import type { AuditFinding } from './audit/finding.js'
import { type Flags, flagsOf } from './audit/flags.js'
import { type Suspect, takeoversOf } from './audit/takeovers.js'
import { adviceOf, mainTakeover, severityOf, summaryOf } from './audit/words.js'
import type { InternetEntry } from './entry.js'
import { showsProtocol, sockets } from './sockets.js'

/** A socket, and why its options could not be read where they could not. */
interface Reading extends Suspect {
  readonly unread?: string
}

/** Every set of options that a socket may have whose options could not be read. */
function possibleFlags({ family, ipv6Only }: InternetEntry): Flags[] {
  const values = [false, true]
  const duals = family === 'ipv4' ? [false] : values.filter((isDual) => ipv6Only === undefined || ipv6Only !== isDual)
  return values.flatMap((reuseAddress) =>
    values.flatMap((reusePort) => duals.map((isDual) => ({ reuseAddress, reusePort, isDual }))),
  )
}

function readingOf(entry: InternetEntry): Reading {
  const flags = flagsOf(entry)
  if (typeof flags === 'string') return { entry, flags: possibleFlags(entry), unread: flags }
  return { entry, flags: [flags] }
}

/** The first port that any user may bind to. */
function unprivilegedPort(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'))
  } catch {
    return 1024
  }
}

function findingOf(reading: Reading, port: readonly Suspect[], firstFree: number): AuditFinding {
  const { entry, flags, unread } = reading
  const takeovers = takeoversOf(reading, port, entry.localPort < firstFree ? ['CAP_NET_BIND_SERVICE'] : [])
  const known = unread === undefined ? flags[0] : undefined
  const main = mainTakeover(takeovers)
  return {
    socket: entry,
    reuseAddress: known?.reuseAddress,
    reusePort: known?.reusePort,
    ipv6Only: entry.family === 'ipv4' ? undefined : (entry.ipv6Only ?? (known && !known.isDual)),
    ...(unread === undefined ? {} : { unread }),
    takeovers,
    severity: severityOf(takeovers, entry),
    summary: summaryOf(main, entry, unread),
    advice: adviceOf(main, entry),
  }
}

/** The sockets that wait for whoever comes: those of MPTCP stand for the TCP ones below them. */
function waitingSockets(): InternetEntry[] {
  const protocols = (['tcp', 'udp', 'mptcp'] as const).filter(
    (protocol) => protocol !== 'mptcp' || showsProtocol(protocol),
  )
  const found = sockets({ protocol: protocols, state: ['LISTEN', 'BOUND', 'UNCONN'], processes: true })
  const inodes = new Set(found.filter(({ protocol }) => protocol === 'mptcp').map(({ inode }) => inode))
  return (found as InternetEntry[]).filter(
    ({ localPort, protocol, inode }) => localPort !== 0 && !(protocol === 'tcp' && inodes.has(inode)),
  )
}

function portOf({ protocol, localPort }: InternetEntry): string {
  return `${protocol === 'udp' ? 'udp' : 'tcp'} ${localPort}`
}

/**
 * Tells of every listening or bound socket of this network namespace (TCP, MPTCP and UDP) whether a second bind could take
 * its traffic, and who could do that: by the rules that `bindConflicts` measures, and the socket's own options.
 *
 * The options are read through a duplicate of the owner's descriptor, which is closed at once. Where that is forbidden, all
 * that they may be is judged: where it makes a difference the answer is `unknown`, with the worst it can be. Other sockets
 * that wait on the port are judged too, since the second bind must get past them; connections are not, which come and go.
 * A process that was handed the descriptor, root, and whoever can change the network are outside of this.
 *
 * @returns one finding a socket, in the order of `sockets`
 * @throws `ERR_SOCKCTL_UNSUPPORTED` where there is no sock_diag (any system but Linux)
 * @see bind(2), socket(7), capabilities(7)
 */
export function auditListeners(): AuditFinding[] {
  const readings = waitingSockets().map(readingOf)
  const ports = new Map<string, Reading[]>()
  for (const reading of readings) {
    const key = portOf(reading.entry)
    const port = ports.get(key)
    if (port) port.push(reading)
    else ports.set(key, [reading])
  }
  const firstFree = unprivilegedPort()
  return readings.map((reading) => findingOf(reading, ports.get(portOf(reading.entry)) ?? [], firstFree))
}
