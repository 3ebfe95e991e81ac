import { authenticationOptions } from './authentication.js'
import { bsdOptions } from './bsd.js'
import { darwinOptions } from './darwin.js'
import { darwinTcpOptions } from './darwin-tcp.js'
import { deviceOptions } from './device.js'
import { filterOptions } from './filter.js'
import { freebsdOptions } from './freebsd.js'
import { freebsdTcpOptions } from './freebsd-tcp.js'
import { headerOptions } from './header.js'
import { ioctlOptions } from './ioctl.js'
import { ipOptions } from './ip.js'
import { ipsecOptions } from './ipsec.js'
import { ipv6Options } from './ipv6.js'
import { messageOptions } from './messages.js'
import { mptcpOptions } from './mptcp.js'
import { multicastOptions } from './multicast.js'
import { peerOptions } from './peer.js'
import { rawOptions } from './raw.js'
import { repairOptions } from './repair.js'
import { reuseportOptions } from './reuseport.js'
import { socketOptions } from './socket.js'
import { tcpOptions } from './tcp.js'
import { timerOptions } from './timers.js'
import { tlsOptions } from './tls.js'
import { udpOptions } from './udp.js'
import { windowsOptions } from './windows.js'
import { windowsIpOptions } from './windows-ip.js'
import { windowsTcpOptions } from './windows-tcp.js'

// An intersection, not the type of the spread: it keeps the doc comments of the rows for the reader's editor.
type Table = typeof filterOptions &
  typeof socketOptions &
  typeof peerOptions &
  typeof reuseportOptions &
  typeof ipOptions &
  typeof multicastOptions &
  typeof ipv6Options &
  typeof headerOptions &
  typeof rawOptions &
  typeof ipsecOptions &
  typeof messageOptions &
  typeof deviceOptions &
  typeof timerOptions &
  typeof tcpOptions &
  typeof authenticationOptions &
  typeof repairOptions &
  typeof tlsOptions &
  typeof udpOptions &
  typeof mptcpOptions

type ForeignTable = typeof bsdOptions &
  typeof darwinOptions &
  typeof darwinTcpOptions &
  typeof freebsdOptions &
  typeof freebsdTcpOptions &
  typeof windowsOptions &
  typeof windowsIpOptions &
  typeof windowsTcpOptions &
  typeof ioctlOptions

/**
 * Every option that sockctl knows by name, in the order in which several are set. IP_TOS brings an SO_PRIORITY of its own
 * with it, so it goes before one that is asked for; TLS_TX needs the TCP_ULP before it. A filter goes before
 * SO_LOCK_FILTER, and what chooses in a group after SO_REUSEPORT. What Linux lacks comes last.
 */
export const table: Table & ForeignTable = {
  ...ipOptions,
  ...multicastOptions,
  ...ipv6Options,
  ...headerOptions,
  ...rawOptions,
  ...ipsecOptions,
  ...filterOptions,
  ...socketOptions,
  ...peerOptions,
  ...reuseportOptions,
  ...messageOptions,
  ...deviceOptions,
  ...timerOptions,
  ...tcpOptions,
  ...authenticationOptions,
  ...repairOptions,
  ...tlsOptions,
  ...udpOptions,
  ...mptcpOptions,
  ...bsdOptions,
  ...darwinOptions,
  ...darwinTcpOptions,
  ...freebsdOptions,
  ...freebsdTcpOptions,
  ...windowsOptions,
  ...windowsIpOptions,
  ...windowsTcpOptions,
  ...ioctlOptions,
}
