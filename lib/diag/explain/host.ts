import { isIPv4 } from 'node:net'
import { parseIPv6 } from '../../ipaddress.js'
import { hasCapability } from '../capability.js'
import { bindOutcome, hostAddresses, isLinkLocal } from '../hosts.js'
import { isWildcard } from '../rules.js'
import { hostIPv6, unprivilegedStart } from '../sysctl.js'
import { type Cause, cause } from './cause.js'
import type { Attempt } from './query.js'

function tentativeCause(address: string): Cause | undefined {
  const [bare = ''] = address.split('%')
  if (isIPv4(bare)) return undefined
  const hex = Buffer.from(parseIPv6(bare)).toString('hex')
  const found = hostIPv6().find((one) => one.hex === hex && (one.isTentative || one.isDuplicate))
  if (!found) return undefined
  const why = found.isDuplicate
    ? 'another host on the link has it too'
    : 'the kernel still checks whether another host on the link has it'
  return cause('address-tentative', `${address} is on ${found.interface} but not usable: ${why}.`)
}

/** Tells that sockets cannot be bound to the address, whatever the port. */
export function addressCauses({ address, protocol }: Attempt): Cause[] {
  if (address === undefined || protocol === 'unix' || isWildcard(address)) return []
  if (isLinkLocal(address) && !address.includes('%')) {
    return [cause('zone-missing', `${address} is an address of the link: it means nothing without its interface.`)]
  }
  const outcome = bindOutcome(address)
  // Used up ports of UDP say nothing of the address.
  if (outcome === 'ok' || outcome === 'EADDRINUSE') return []
  return [outcome === 'EADDRNOTAVAIL' ? notLocalCause(address) : refusedCause(address, outcome)]
}

function notLocalCause(address: string): Cause {
  const own = hostAddresses().join(', ')
  const has = own === '' ? 'none of its interfaces is up' : `it has ${own}`
  return tentativeCause(address) ?? cause('address-not-local', `${address} is no address of this host: ${has}.`)
}

function refusedCause(address: string, outcome: string): Cause {
  if (outcome === 'ENODEV') return cause('zone-missing', `The interface of ${address} does not exist here.`)
  return cause('policy', `A bind to ${address} is refused with ${outcome}, whatever the port.`, {
    blocks: 'unknown',
    doubt: 'it was asked with a UDP socket, whose reasons may be its own',
  })
}

/** Tells that the port takes a privilege that this thread lacks, or may lack. */
export function privilegeCauses({ port, protocol }: Attempt): Cause[] {
  const start = unprivilegedStart()
  if (protocol === 'unix' || port === 0 || port >= start) return []
  const isPrivileged = hasCapability('CAP_NET_BIND_SERVICE')
  if (isPrivileged === true) return []
  const text = `Ports below ${start} take CAP_NET_BIND_SERVICE, which this process does not have.`
  if (isPrivileged === false) return [cause('privileged-port', text)]
  const doubtful = `Ports below ${start} take CAP_NET_BIND_SERVICE in the user namespace that owns the network.`
  const doubt = 'nothing tells whether this process has it there'
  return [cause('privileged-port', doubtful, { blocks: 'unknown', doubt })]
}
