import type { PortRange } from '../options/index.js'
import type { EntryProtocol, SocketState } from './entry.js'

/** One value, or several of which any will do. */
export type OneOrMore<Value> = Value | readonly Value[]

/**
 * Which sockets to list. What is not given does not matter; what is given must all hold; of several values for one thing
 * any will do. What only some kinds of socket have, such as a port, leaves the other kinds out.
 */
export interface SocketFilter {
  protocol?: OneOrMore<EntryProtocol> | undefined
  family?: OneOrMore<'ipv4' | 'ipv6' | 'unix'> | undefined
  state?: OneOrMore<SocketState> | undefined
  /** A port, or a range of them, both ends included. */
  localPort?: OneOrMore<number | PortRange> | undefined
  remotePort?: OneOrMore<number | PortRange> | undefined
  /**
   * An address, or a block of them such as `10.0.0.0/8`. An IPv4 address also finds IPv6 sockets that have it in its
   * mapped form, `::ffff:10.0.0.1`. The wildcard addresses are addresses like any other here.
   */
  localAddress?: OneOrMore<string> | undefined
  remoteAddress?: OneOrMore<string> | undefined
  /** The name of the interface that the socket is bound to. */
  interface?: OneOrMore<string> | undefined
  /** SO_MARK, which takes CAP_NET_ADMIN. */
  mark?: OneOrMore<number> | undefined
  uid?: OneOrMore<number> | undefined
  inode?: OneOrMore<number> | undefined
  cookie?: OneOrMore<number> | undefined
  /** The path of a Unix socket, as it was bound; an abstract name starts with `\0`. */
  path?: OneOrMore<string> | undefined
  /** A process that has the socket open. */
  pid?: OneOrMore<number> | undefined
  /** Find out who has each socket open, which takes a look into every process. @default false */
  processes?: boolean | undefined
  /** Ask for TCP_INFO of each TCP socket. @default false */
  tcpInfo?: boolean | undefined
}
