import { deviceOptions } from './device.js'
import { headerOptions } from './header.js'
import { ipOptions } from './ip.js'
import { ipsecOptions } from './ipsec.js'
import { ipv6Options } from './ipv6.js'
import { messageOptions } from './messages.js'
import { rawOptions } from './raw.js'
import { repairOptions } from './repair.js'
import { socketOptions } from './socket.js'
import { tcpOptions } from './tcp.js'
import { timerOptions } from './timers.js'
import { tlsOptions } from './tls.js'
import { udpOptions } from './udp.js'

// An intersection, not the type of the spread: it keeps the doc comments of the rows for the reader's editor.
type Table = typeof socketOptions &
  typeof ipOptions &
  typeof ipv6Options &
  typeof headerOptions &
  typeof rawOptions &
  typeof ipsecOptions &
  typeof messageOptions &
  typeof deviceOptions &
  typeof timerOptions &
  typeof tcpOptions &
  typeof repairOptions &
  typeof tlsOptions &
  typeof udpOptions

/**
 * Every option that sockctl knows by name, in the order in which several are set. IP_TOS brings an SO_PRIORITY of its own
 * with it, so it goes before one that is asked for; TLS_TX needs the TCP_ULP before it.
 */
export const table: Table = {
  ...ipOptions,
  ...ipv6Options,
  ...headerOptions,
  ...rawOptions,
  ...ipsecOptions,
  ...socketOptions,
  ...messageOptions,
  ...deviceOptions,
  ...timerOptions,
  ...tcpOptions,
  ...repairOptions,
  ...tlsOptions,
  ...udpOptions,
}
