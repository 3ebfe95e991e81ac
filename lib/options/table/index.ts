import { ipOptions } from './ip.js'
import { ipv6Options } from './ipv6.js'
import { socketOptions } from './socket.js'
import { tcpOptions } from './tcp.js'
import { udpOptions } from './udp.js'

// An intersection, not the type of the spread: it keeps the doc comments of the rows for the reader's editor.
type Table = typeof socketOptions & typeof ipOptions & typeof ipv6Options & typeof tcpOptions & typeof udpOptions

/** Every option that sockctl knows by name, in the order in which several are set. */
export const table: Table = { ...socketOptions, ...ipOptions, ...ipv6Options, ...tcpOptions, ...udpOptions }
