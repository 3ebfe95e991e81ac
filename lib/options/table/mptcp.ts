import type { OptionEntry } from '../entry.js'

/** The options of SOL_MPTCP. */
export const mptcpOptions = {
  /**
   * The state of an MPTCP connection: its subflows, sequence numbers and counters. Not there any more once the connection
   * has fallen back to plain TCP. Linux 5.16.
   */
  MPTCP_INFO: {
    level: 'SOL_MPTCP',
    number: { linux: 1 },
    type: 'mptcp_info',
    access: 'ro',
    sockets: ['mptcp'],
    source: 'include/uapi/linux/mptcp.h',
  },
  /** TCP_INFO of each subflow. Linux 5.16. */
  MPTCP_TCPINFO: {
    level: 'SOL_MPTCP',
    number: { linux: 2 },
    type: 'mptcp_tcp_infos',
    access: 'ro',
    sockets: ['mptcp'],
    source: 'include/uapi/linux/mptcp.h',
  },
  /** The two addresses of each subflow. Linux 5.16. */
  MPTCP_SUBFLOW_ADDRS: {
    level: 'SOL_MPTCP',
    number: { linux: 3 },
    type: 'mptcp_subflow_addrs',
    access: 'ro',
    sockets: ['mptcp'],
    source: 'include/uapi/linux/mptcp.h',
  },
  /** MPTCP_INFO with the number of subflows at the same moment. Linux 6.5. */
  MPTCP_FULL_INFO: {
    level: 'SOL_MPTCP',
    number: { linux: 4 },
    type: 'mptcp_full_info',
    access: 'ro',
    sockets: ['mptcp'],
    source: 'include/uapi/linux/mptcp.h',
  },
} as const satisfies Record<string, OptionEntry>
