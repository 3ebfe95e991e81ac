import { native } from '../native.js'
import { setOption } from '../options/index.js'
import { addressCapacity, decodeAddress } from '../sockaddr.js'

// AF_UNSPEC and nothing more.
const nowhere = new Uint8Array(16)

/** Whether a descriptor is of a Unix socket. */
export function isUnix(fd: number): boolean {
  const bytes = new Uint8Array(addressCapacity)
  const length = native.getsockname(fd, bytes)
  return length > 0 && decodeAddress(bytes.subarray(0, length)).family === 'unix'
}

/**
 * Resets a TCP connection now, whoever else has its descriptor: connect(2) to no address dissolves it. Where a system
 * knows no such call, SO_LINGER does the same at the last close.
 */
export function reset(fd: number): void {
  setOption(fd, 'SO_LINGER', { on: true, seconds: 0 })
  native.connect(fd, nowhere)
}
