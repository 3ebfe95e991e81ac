import type { SocketLike } from '../handle.js'
import { getOption, type TcpInfo } from '../options/index.js'

/**
 * What the kernel knows of a TCP connection: its state, round-trip time, windows, counters.
 *
 * @throws as `getOption`
 * @see tcp(7), TCP_INFO
 */
export function tcpInfo(target: SocketLike): TcpInfo {
  return getOption(target, 'TCP_INFO')
}
