import { networkInterfaces } from 'node:os'
import type { SystemError } from '../errors.js'
import { familyOf, parseIPv6 } from '../ipaddress.js'
import { BareSocket } from '../sockets/index.js'

/** Whether an address is an IPv6 one of the link, which means nothing without an interface. */
export function isLinkLocal(address: string): boolean {
  const [bare = ''] = address.split('%')
  if (familyOf(bare) !== 'ipv6') return false
  const [first = 0, second = 0] = parseIPv6(bare)
  return first === 0xfe && (second & 0xc0) === 0x80
}

/** The addresses of the interfaces that are up, in the network namespace of this thread. */
export function hostAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list = []) => list.map(({ address }) => address))
}

/** Runs a call on a datagram socket of its own, which sends nothing. Returns 'ok', or the name of the error. */
function ask(family: 'ipv4' | 'ipv6', call: (socket: BareSocket) => void): string {
  try {
    using socket = new BareSocket(family, 'datagram')
    call(socket)
    return 'ok'
  } catch (error) {
    return (error as SystemError).code
  }
}

/**
 * Asks the kernel whether sockets can be bound to an address, with a datagram socket at a port of the kernel's choice.
 * Lists of addresses do not tell: routes make addresses local, and `ip_nonlocal_bind` lets others pass.
 */
export function bindOutcome(address: string): string {
  return ask(familyOf(address) ?? 'ipv4', (socket) => socket.bind({ address }))
}

/** Asks the kernel whether it has an address from which to reach another one. Nothing is sent. */
export function reachOutcome(address: string): string {
  return ask(familyOf(address) ?? 'ipv4', (socket) => socket.connect({ address, port: 9 }))
}
