import type { TcpInfo, TcpState } from '../options/index.js'
import type { Direction, Family } from '../platform.js'

/**
 * What a socket speaks. An MPTCP socket is listed as `mptcp`, and each of its TCP subflows as `tcp` too; the first of them
 * has the inode of the MPTCP socket, and so its owners.
 */
export type EntryProtocol = 'tcp' | 'udp' | 'raw' | 'mptcp' | 'unix'

/**
 * The state of a socket: that of a TCP connection (RFC 9293) by the name that Linux has for it; `BOUND` for a TCP socket
 * that has a port and neither listens nor connects; `UNCONN` for any other kind that has no peer. UDP, raw and Unix
 * sockets with a peer are ESTABLISHED.
 */
export type SocketState = Exclude<TcpState, 'UNKNOWN' | 'CLOSE' | 'NEW_SYN_RECV'> | 'BOUND' | 'UNCONN'

/** What the kernel's timer of a TCP socket waits for. */
export type SocketTimer = 'retransmit' | 'keepalive' | 'timewait' | 'persist'

/** The memory of a socket, in bytes where nothing else is said. */
export interface SocketMemory {
  /** What waits to be read, the kernel's own overhead included. */
  received: number
  receiveBuffer: number
  /** What the network has not sent yet. */
  sending: number
  sendBuffer: number
  /** What is set aside for what comes next. */
  reserved: number
  /** What waits to be sent or acknowledged. */
  queued: number
  /** What options and filters take. */
  options: number
  /** What came while the socket was being used. */
  backlog: number
  /** How many packets were thrown away. */
  drops: number
}

/** A descriptor of a process that leads to a socket. */
export interface SocketOwner {
  pid: number
  /** The descriptor's number in that process. */
  fd: number
  /** The name of the process's program, cut to 15 bytes, as /proc/<pid>/comm has it. */
  command: string
  /** The words that it was started with, a space between each two; empty where it gave them up. */
  commandLine: string
  /**
   * The user that it acts for (the effective one), by name where /etc/passwd has one; undefined for a number that may be
   * anyone's in this user namespace.
   */
  user: string | undefined
  uid: number | undefined
}

/** What is known of a socket of any kind. */
interface CommonEntry {
  state: SocketState
  /**
   * The user who made the socket; undefined where the kernel does not tell, as for a remnant in TIME_WAIT. Whom this user
   * namespace has no number for it shows as `kernel.overflowuid`, 65534.
   */
  uid?: number | undefined
  /** The inode of its descriptors; 0 where none is left, or none there yet: remnants, orphans, the accept queue. */
  inode: number
  /**
   * The kernel's number for the socket, which no other socket gets; undefined where it was not told. It is signed: the
   * kernel counts up from 1 and, where it is interrupted in doing so, down from 0.
   */
  cookie: number | undefined
  /** The bytes that wait to be read; for a datagram of a Unix socket, those of the first. Undefined for a listener. */
  receiveQueue?: number | undefined
  /** The bytes that were written and not acknowledged, or not read yet. Undefined for a listener. */
  sendQueue?: number | undefined
  /** Of a listener: the connections that wait to be accepted. */
  acceptQueue?: number | undefined
  /** Of a listener: how many connections may wait. */
  backlog?: number | undefined
  /** The directions that are shut down. */
  shutdown?: Direction | undefined
  memory?: SocketMemory | undefined
  /** Who has it open, where `processes` asked for it. */
  owners?: SocketOwner[]
  /** False where a process could not be looked into, or none is to be seen, so that the socket may have other owners. */
  ownersComplete?: boolean
}

/** A TCP, MPTCP, UDP or raw socket. */
export interface InternetEntry extends CommonEntry {
  protocol: 'tcp' | 'udp' | 'raw' | 'mptcp'
  family: 'ipv4' | 'ipv6'
  /** The local address; `0.0.0.0` or `::` for every address. An address of the link is without its zone. */
  localAddress: string
  /** The local port, 0 for a raw socket. */
  localPort: number
  /** The peer's address; `0.0.0.0` or `::` where there is no peer. */
  remoteAddress: string
  /** The peer's port, 0 where there is no peer. */
  remotePort: number
  /** The interface that the socket is bound to. */
  interface?: string | undefined
  /** SO_MARK, where it is not 0 and the caller has CAP_NET_ADMIN. */
  mark?: number | undefined
  /** The timer that runs, if any does. */
  timer: SocketTimer | undefined
  /** Milliseconds until the timer runs out: with `timewait`, until the port is free. */
  timerMs: number | undefined
  /** Retransmissions, or unanswered probes, in a row so far. */
  retransmits: number
  /** IP_TOS. */
  tos?: number | undefined
  /** IPV6_TCLASS. */
  trafficClass?: number | undefined
  /** IPV6_V6ONLY. */
  ipv6Only?: boolean | undefined
  /** TCP_CONGESTION. */
  congestionControl?: string | undefined
  /** TCP_ULP, or `mptcp` for a subflow. */
  upperProtocol?: string | undefined
  /** The number of the cgroup that made it, which is the inode of the cgroup's folder. */
  cgroup?: number | undefined
  /** Of a raw socket: the IP protocol. */
  ipProtocol?: number | undefined
  /** TCP_INFO, where `tcpInfo` asked for it. */
  tcpInfo?: TcpInfo | undefined
  path?: undefined
  type?: undefined
}

/** A Unix socket. */
export interface UnixEntry extends CommonEntry {
  protocol: 'unix'
  family: Extract<Family, 'unix'>
  type: 'stream' | 'datagram' | 'seqpacket'
  /** The path that it is bound to; an abstract name starts with `\0`. Bytes that are no UTF-8 become U+FFFD. */
  path: string | undefined
  /** The inode of the file that the bind made, its lower 32 bits. Another file at the path now, or none: the path is stale. */
  fileInode: number | undefined
  /** The device of the file's mount, in the form of `dev` of `fs.Stats`, which may be another one on btrfs or overlayfs. */
  fileDevice: number | undefined
  /** The inode of the peer. */
  peerInode: number | undefined
  /** Of a listener: the inodes of the sockets whose connections wait to be accepted. */
  pending: number[] | undefined
  localAddress?: undefined
  localPort?: undefined
  remoteAddress?: undefined
  remotePort?: undefined
  interface?: undefined
  mark?: undefined
  timer?: undefined
  timerMs?: undefined
}

/** A socket of the host: a plain object, which JSON and structuredClone take. */
export type SocketEntry = InternetEntry | UnixEntry
