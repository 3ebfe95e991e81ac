import { ipOptions } from './ip.js'
import { ipv6Options } from './ipv6.js'
import { socketOptions } from './socket.js'
import { tcpOptions } from './tcp.js'
import { udpOptions } from './udp.js'

// An intersection, not the type of the spread: it keeps the doc comments of the rows for the reader's editor.
type Table = typeof socketOptions & typeof ipOptions & typeof ipv6Options & typeof tcpOptions & typeof udpOptions

/**
 * Every option that sockctl knows by name, in the order in which several are set. IP_TOS brings an SO_PRIORITY of its own
 * with it, so it goes before one that is asked for.
 */
export const table: Table = { ...ipOptions, ...ipv6Options, ...socketOptions, ...tcpOptions, ...udpOptions }
