import type { OptionEntry } from '../entry.js'

/** The options that take a TCP connection apart and put it together elsewhere, as CRIU does. */
export const repairOptions = {
  /**
   * In repair a socket says nothing to its peer: it can be read out, closed without a FIN, or connected without a SYN.
   * Turning it off sends the peer a window probe; `silent` turns it off without. Either turns SO_REUSEADDR off too. `off` by
   * default; EPERM on a listener.
   */
  TCP_REPAIR: {
    level: 'IPPROTO_TCP',
    number: { linux: 19 },
    type: 'enum',
    names: { off: 0, on: 1, silent: -1 },
    range: [-1, 1],
    access: 'rw',
    sockets: ['tcp'],
    privilege: 'CAP_NET_ADMIN',
    source: 'net/ipv4/tcp.c',
  },
  /**
   * The queue that TCP_QUEUE_SEQ, recv and send mean in repair. `none` by default; read out of repair it is EINVAL, set
   * EPERM.
   */
  TCP_REPAIR_QUEUE: {
    level: 'IPPROTO_TCP',
    number: { linux: 20 },
    type: 'enum',
    names: { none: 0, receive: 1, send: 2 },
    access: 'rw',
    sockets: ['tcp'],
    privilege: 'CAP_NET_ADMIN, for TCP_REPAIR',
    source: 'net/ipv4/tcp.c',
  },
  /**
   * The sequence number at the end of the queue that TCP_REPAIR_QUEUE chose. Set before connect(); EINVAL without a
   * queue, EPERM later.
   */
  TCP_QUEUE_SEQ: {
    level: 'IPPROTO_TCP',
    number: { linux: 21 },
    type: 'unsigned',
    access: 'rw',
    sockets: ['tcp'],
    privilege: 'CAP_NET_ADMIN, for TCP_REPAIR',
    source: 'net/ipv4/tcp.c',
  },
  /**
   * What the SYNs of the connection agreed on. For a connection in repair; EINVAL out of repair, EPERM where nothing is
   * connected.
   */
  TCP_REPAIR_OPTIONS: {
    level: 'IPPROTO_TCP',
    number: { linux: 22 },
    type: 'repair_options',
    access: 'wo',
    sockets: ['tcp'],
    privilege: 'CAP_NET_ADMIN, for TCP_REPAIR',
    source: 'net/ipv4/tcp.c',
  },
  /** The windows of a connection in repair. Read out of repair it is EINVAL, set EPERM. */
  TCP_REPAIR_WINDOW: {
    level: 'IPPROTO_TCP',
    number: { linux: 29 },
    type: 'repair_window',
    access: 'rw',
    sockets: ['tcp'],
    privilege: 'CAP_NET_ADMIN, for TCP_REPAIR',
    source: 'net/ipv4/tcp.c',
  },
  /**
   * The clock, mostly of milliseconds, that the connection writes into its timestamps. Set in repair alone; EPERM
   * otherwise.
   */
  TCP_TIMESTAMP: {
    level: 'IPPROTO_TCP',
    number: { linux: 24 },
    type: 'unsigned',
    access: 'rw',
    sockets: ['tcp'],
    privilege: 'CAP_NET_ADMIN, for TCP_REPAIR, to set it',
    source: 'net/ipv4/tcp.c',
  },
} as const satisfies Record<string, OptionEntry>
