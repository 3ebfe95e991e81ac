import { isIPv4 } from 'node:net'
import type { InternetEntry } from '../entry.js'
import { hostAddresses, reachOutcome } from '../hosts.js'
import { isRemnant, isWildcard, type Known, unmapped } from '../rules.js'
import { sockets } from '../sockets.js'
import { remnantReuse, reuseDelay } from '../sysctl.js'
import { cause } from './cause.js'
import { causeOwners } from './owners.js'
import { untilOf } from './port.js'
import type { Attempt, Cause } from './types.js'
import { ownersText, socketsText, timeText } from './words.js'

const lifetime = 60_000

function isLoopback(address: string): boolean {
  return unmapped(address).startsWith('127.') || address === '::1'
}

/** Whether a remnant keeps its four-tuple: the kernel may let a connect take it over when it is a second old. */
function keeps({ timerMs = 0, remoteAddress }: InternetEntry): Known {
  const reuse = remnantReuse()
  const mayGo = reuse === 1 || (reuse === 2 && isLoopback(remoteAddress))
  return mayGo && lifetime - timerMs >= reuseDelay() ? 'unknown' : true
}

function fourTupleCause(entry: InternetEntry): Cause {
  const isLeft = isRemnant(entry)
  const owners = causeOwners([entry])
  const blocks = isLeft ? keeps(entry) : true
  const what = isLeft
    ? `a remnant of it is in ${entry.state} for ${timeText(entry.timerMs ?? 0)} more`
    : `${ownersText(owners, [entry.uid])} has it (${entry.state})`
  return cause('four-tuple', `The same connection, ${socketsText([entry])}, is there already: ${what}.`, {
    blocks,
    doubt: blocks === true ? undefined : 'tcp_tw_reuse lets a connect take it over, where both ends use timestamps',
    sockets: [entry],
    owners,
    untilMs: untilOf([entry]),
  })
}

/** Whether an entry's local address is the one that a connect leaves from, which the kernel chooses for a wildcard. */
function isFrom({ address }: Attempt, { localAddress }: InternetEntry): boolean {
  return address === undefined || isWildcard(address) || unmapped(address) === unmapped(localAddress)
}

/** The connection, or remnant of one, that has the four-tuple that a connect asks for. */
export function fourTupleCauses(attempt: Attempt): Cause[] {
  const { port: localPort, remoteAddress, remotePort } = attempt
  if (localPort === 0 || remoteAddress === undefined || remotePort === undefined) return []
  const [bare = ''] = unmapped(remoteAddress).split('%')
  const filter = { protocol: 'tcp', localPort, remotePort, remoteAddress: bare, processes: true } as const
  const entries = sockets(filter) as InternetEntry[]
  return entries.filter((entry) => isFrom(attempt, entry)).map(fourTupleCause)
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
