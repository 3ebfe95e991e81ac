import { fdOf, type SocketLike } from '../handle.js'
import { native } from '../native.js'
import { getOption } from '../options/index.js'
import { addressCapacity, decodeAddress, type SocketAddress } from '../sockaddr.js'

const mapped = /^::ffff:\d+\./

/** Whether the packets of a connection are those of IPv6; a dual-stack listener accepts both. */
function isIPv6(fd: number): boolean {
  const bytes = new Uint8Array(addressCapacity)
  const length = native.getsockname(fd, bytes)
  if (length <= 0) return false
  const { family, address = '' } = decodeAddress(bytes.subarray(0, length))
  return family === 'IPv6' && !mapped.test(address)
}

/**
 * Where the peer of an accepted connection meant to connect, before this host's firewall redirected it here (REDIRECT or
 * DNAT, of nft or iptables), for IPv4 and IPv6 alike. A transparent proxy asks for it first of all.
 *
 * @returns the address; that of the socket itself where the firewall tracks the connection and left it alone
 * @throws a system error of `getsockopt`: ENOENT where the firewall does not track the connection, ENOTCONN and the like
 * for a socket without one; `ERR_SOCKCTL_UNSUPPORTED` where the kernel has no connection tracking
 * @see SO_ORIGINAL_DST, IP6T_SO_ORIGINAL_DST (linux/netfilter_ipv4.h, linux/netfilter_ipv6/ip6_tables.h)
 */
export function originalDestination(target: SocketLike): SocketAddress {
  const fd = fdOf(target)
  return getOption(fd, isIPv6(fd) ? 'IP6T_SO_ORIGINAL_DST' : 'SO_ORIGINAL_DST')
}
