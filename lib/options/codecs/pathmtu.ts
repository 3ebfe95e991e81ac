import { formatIPv6 } from '../../ipaddress.js'
import { little, viewOf } from './fields.js'

const addressOffset = 8
const mtuOffset = 28

/** IPV6_PATHMTU: the largest packet of a path. */
export interface PathMtu {
  /** Where the path leads. Linux leaves it at `::` and means the peer of the socket. */
  address: string
  /** The largest packet, in bytes. */
  mtu: number
}

/** Reads struct ip6_mtuinfo: a struct sockaddr_in6, then the size. */
export function decodePathMtu(bytes: Uint8Array): PathMtu {
  const view = viewOf(bytes)
  const address = formatIPv6(bytes.subarray(addressOffset, addressOffset + 16))
  return { address, mtu: view.getUint32(mtuOffset, little) }
}
