import { native } from '../native.js'
import { getOption, setOption, type TcpState } from '../options/index.js'
import { addressCapacity, decodeAddress } from '../sockaddr.js'

// AF_UNSPEC and nothing more.
const nowhere = new Uint8Array(16)

// In the others a connection is over, or its end is only to be acknowledged (tcp_need_reset() in net/ipv4/tcp.c).
const resettable: ReadonlySet<TcpState> = new Set(['ESTABLISHED', 'CLOSE_WAIT', 'FIN_WAIT_1', 'FIN_WAIT_2'])

/** Whether a TCP connection is in a state in which there is something to reset. */
export function isResettable(fd: number): boolean {
  try {
    return resettable.has(getOption(fd, 'TCP_INFO').state)
  } catch {
    // MPTCP before Linux 5.16.
    return true
  }
}

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
