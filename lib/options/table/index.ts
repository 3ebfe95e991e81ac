import { authenticationOptions } from './authentication.js'
import { filterOptions } from './filter.js'
import { ipOptions } from './ip.js'
import { ipv6Options } from './ipv6.js'
import { mptcpOptions } from './mptcp.js'
import { multicastOptions } from './multicast.js'
import { peerOptions } from './peer.js'
import { reuseportOptions } from './reuseport.js'
import { socketOptions } from './socket.js'
import { tcpOptions } from './tcp.js'
import { udpOptions } from './udp.js'

// An intersection, not the type of the spread: it keeps the doc comments of the rows for the reader's editor.
type Table = typeof ipOptions &
  typeof multicastOptions &
  typeof ipv6Options &
  typeof filterOptions &
  typeof socketOptions &
  typeof peerOptions &
  typeof reuseportOptions &
  typeof tcpOptions &
  typeof authenticationOptions &
  typeof udpOptions &
  typeof mptcpOptions

/**
 * Every option that sockctl knows by name, in the order in which several are set. IP_TOS brings an SO_PRIORITY of its own
 * with it, so it goes before one that is asked for; a filter goes before SO_LOCK_FILTER, and what chooses in a group
 * after SO_REUSEPORT.
 */
export const table: Table = {
  ...ipOptions,
  ...multicastOptions,
  ...ipv6Options,
  ...filterOptions,
  ...socketOptions,
  ...peerOptions,
  ...reuseportOptions,
  ...tcpOptions,
  ...authenticationOptions,
  ...udpOptions,
  ...mptcpOptions,
}
