import { errnoOf, systemError } from '../errors.js'
import { native } from '../native.js'
import { addressCapacity, decodeAddress, type SocketAddress } from '../sockaddr.js'

const notConnected: ReadonlySet<number> = new Set([errnoOf('ENOTCONN'), errnoOf('EINVAL')])

/** The address that a descriptor's socket is bound to. */
export function localAddressOf(fd: number): SocketAddress {
  const bytes = new Uint8Array(addressCapacity)
  const length = native.getsockname(fd, bytes)
  if (length < 0) throw systemError(length, 'getsockname')
  return decodeAddress(bytes.subarray(0, length))
}

/** The address that a descriptor's socket is connected to, undefined while it is not. */
export function peerAddressOf(fd: number): SocketAddress | undefined {
  const bytes = new Uint8Array(addressCapacity)
  const length = native.getpeername(fd, bytes)
  if (notConnected.has(length)) return undefined
  if (length < 0) throw systemError(length, 'getpeername')
  return decodeAddress(bytes.subarray(0, length))
}
