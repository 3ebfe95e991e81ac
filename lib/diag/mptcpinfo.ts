import { fdOf, type SocketLike } from '../handle.js'
import {
  getOption,
  type MptcpInfo,
  type ReadableOption,
  type SubflowAddresses,
  type TcpInfo,
} from '../options/index.js'
import { protocols } from '../platform.js'

/** A subflow of an MPTCP connection: its two ends, and what the kernel knows of its TCP connection. */
export interface Subflow extends SubflowAddresses {
  info: TcpInfo
}

/** An MPTCP connection as it is, or the word that it has become plain TCP, of which `tcpInfo()` tells. */
export type MptcpState = (MptcpInfo & { fallback: false }) | { fallback: true }

/** Whether a socket was made for MPTCP and has fallen back: the kernel then answers in the name of TCP. */
function hasFallenBack(fd: number, error: unknown): boolean {
  const isUnsupported = (error as { code?: string }).code === 'ERR_SOCKCTL_UNSUPPORTED'
  return isUnsupported && getOption(fd, 'SO_PROTOCOL') === protocols.mptcp
}

/** Reads an option of MPTCP; undefined where the connection has fallen back. */
function read<Name extends Extract<ReadableOption, `MPTCP_${string}`>>(fd: number, name: Name) {
  try {
    return getOption(fd, name)
  } catch (error) {
    if (hasFallenBack(fd, error)) return undefined
    throw error
  }
}

/**
 * What the kernel knows of an MPTCP connection: its subflows, sequence numbers and counters. Of one that has fallen back
 * to plain TCP, as with a peer that knows no MPTCP, it tells that alone.
 *
 * @throws as `getOption`; `ERR_SOCKCTL_UNSUPPORTED` for a socket that is plain TCP from the start, as one is that an MPTCP
 * listener accepts from a plain client, and before Linux 5.16
 * @see MPTCP_INFO
 */
export function mptcpInfo(target: SocketLike): MptcpState {
  const info = read(fdOf(target), 'MPTCP_INFO')
  return info && !info.fallback ? { ...info, fallback: false } : { fallback: true }
}

function isSame(one: readonly SubflowAddresses[], other: readonly SubflowAddresses[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/**
 * The subflows of an MPTCP connection, at most 64; none of one that has fallen back to plain TCP.
 *
 * @throws as `mptcpInfo`
 * @see MPTCP_SUBFLOW_ADDRS, MPTCP_TCPINFO
 */
export function mptcpSubflows(target: SocketLike): Subflow[] {
  const fd = fdOf(target)
  let addresses = read(fd, 'MPTCP_SUBFLOW_ADDRS') ?? []
  // The two options have the same order, and no subflow may come or go between reading one and the other.
  for (;;) {
    const infos = read(fd, 'MPTCP_TCPINFO') ?? []
    const after = read(fd, 'MPTCP_SUBFLOW_ADDRS') ?? []
    if (isSame(addresses, after) && infos.length === after.length) {
      return after.map((ends, index) => ({ ...ends, info: infos[index] as TcpInfo }))
    }
    addresses = after
  }
}
