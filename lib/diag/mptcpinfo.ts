import { fdOf, type SocketLike } from '../handle.js'
import { getOption, type MptcpInfo, type SubflowAddresses, type TcpInfo } from '../options/index.js'

/** A subflow of an MPTCP connection: its two ends, and what the kernel knows of its TCP connection. */
export interface Subflow extends SubflowAddresses {
  info: TcpInfo
}

/**
 * What the kernel knows of an MPTCP connection: its subflows, sequence numbers and counters. `fallback` tells that it has
 * become plain TCP, as with a peer that knows no MPTCP.
 *
 * @throws as `getOption`; `ERR_SOCKCTL_UNSUPPORTED` for a socket that is plain TCP from the start, as one is that an MPTCP
 * listener accepts from a plain client
 * @see MPTCP_INFO (Linux 5.16)
 */
export function mptcpInfo(target: SocketLike): MptcpInfo {
  return getOption(target, 'MPTCP_INFO')
}

function isSame(one: readonly SubflowAddresses[], other: readonly SubflowAddresses[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/**
 * The subflows of an MPTCP connection, at most 64; none once it has fallen back to plain TCP.
 *
 * @throws as `mptcpInfo`
 * @see MPTCP_SUBFLOW_ADDRS, MPTCP_TCPINFO (Linux 5.16)
 */
export function mptcpSubflows(target: SocketLike): Subflow[] {
  const fd = fdOf(target)
  let addresses = getOption(fd, 'MPTCP_SUBFLOW_ADDRS')
  // The two options have the same order, and no subflow may come or go between reading one and the other.
  for (;;) {
    const infos = getOption(fd, 'MPTCP_TCPINFO')
    const after = getOption(fd, 'MPTCP_SUBFLOW_ADDRS')
    if (isSame(addresses, after) && infos.length === after.length) {
      return after.map((ends, index) => ({ ...ends, info: infos[index] as TcpInfo }))
    }
    addresses = after
  }
}
