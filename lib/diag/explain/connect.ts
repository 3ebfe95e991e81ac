import { isIPv4 } from 'node:net'
import type { InternetEntry } from '../entry.js'
import { hostAddresses, reachOutcome } from '../hosts.js'
import { isOrphan, isRemnant, isWildcard, type Known, overlaps, unmapped } from '../rules.js'
import { sockets } from '../sockets.js'
import { usesTimestamps } from '../sysctl.js'
import { type Cause, cause } from './cause.js'
import { causeOwners } from './owners.js'
import { placeOf, placeOfEntry, untilOf } from './port.js'
import type { Attempt } from './query.js'
import { remainingMs } from './remaining.js'
import { ownersText, socketsText, timeText } from './words.js'

/**
 * Whether a remnant keeps its four-tuple from a connect whose port was bound: not if its connection used timestamps,
 * however old it is and whatever `tcp_tw_reuse` says, which is about ports that connect itself chooses.
 *
 * @see net/ipv4/tcp_ipv4.c (tcp_twsk_unique)
 */
function keeps(): Known {
  return usesTimestamps() ? 'unknown' : true
}

function fourTupleCause(entry: InternetEntry): Cause {
  const isLeft = isRemnant(entry)
  const owners = causeOwners([entry])
  const blocks = isLeft ? keeps() : true
  const holder = isOrphan(entry)
    ? 'the kernel still sends what its socket left'
    : `${ownersText(owners, [entry.uid])} has it`
  const what = isLeft
    ? `a remnant of it is in ${entry.state} for ${timeText(remainingMs(entry))} more`
    : `${holder} (${entry.state})`
  return cause('four-tuple', `The same connection, ${socketsText([entry])}, is there already: ${what}.`, {
    blocks,
    doubt:
      blocks === true
        ? undefined
        : 'a connect takes it over if its connection used TCP timestamps, which the kernel does not tell',
    sockets: [entry],
    owners,
    untilMs: untilOf([entry]),
  })
}

/** The connection, or remnant of one, that has the four-tuple that a connect asks for. */
export function fourTupleCauses(attempt: Attempt): Cause[] {
  const { port: localPort, remoteAddress, remotePort } = attempt
  if (localPort === 0 || remoteAddress === undefined || remotePort === undefined) return []
  const filter = { protocol: 'tcp', localPort, remotePort, remoteAddress: unmapped(remoteAddress) } as const
  const entries = sockets({ ...filter, processes: true }) as InternetEntry[]
  // From a wildcard address the kernel chooses.
  return entries.filter((entry) => overlaps(placeOf(attempt), placeOfEntry(entry)) !== false).map(fourTupleCause)
}

/** Tells that the host has no address from which to reach the peer. */
export function sourceCauses({ address, remoteAddress }: Attempt): Cause[] {
  if (remoteAddress === undefined || !(address === undefined || isWildcard(address))) return []
  if (reachOutcome(remoteAddress) !== 'EADDRNOTAVAIL') return []
  const [family, others] = isIPv4(remoteAddress) ? ['IPv4', isIPv4] : ['IPv6', (one: string) => !isIPv4(one)]
  const own = hostAddresses().filter(others)
  const has = own.length === 0 ? `no ${family} address at all` : `only ${own.join(', ')}`
  const text = `This host has no address from which to reach ${remoteAddress}: it has ${has}.`
  return [cause('no-source-address', text)]
}
