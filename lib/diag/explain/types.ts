import type { SocketEntry, SocketOwner } from '../entry.js'
import type { Known } from '../rules.js'

/** An address that a socket is to be bound to, or to be connected from. */
export interface AddressQuery {
  /** @default 'tcp' */
  protocol?: 'tcp' | 'udp' | undefined
  /** The local address. @default every address of either family */
  address?: string | undefined
  /** The local port; 0 for one of the kernel's choice. @default 0 */
  port?: number | undefined
  /** The path of a Unix socket, alone; one that starts with `\0` is an abstract name. */
  path?: string | undefined
  /** The peer's address, for a connect. It goes with `remotePort`. */
  remoteAddress?: string | undefined
  remotePort?: number | undefined
  /** Whether the socket has SO_REUSEADDR. @default false */
  reuseAddress?: boolean | undefined
  /** Whether it has SO_REUSEPORT. @default false */
  reusePort?: boolean | undefined
  /** Whether an IPv6 socket leaves IPv4 alone. @default false */
  ipv6Only?: boolean | undefined
}

/** What was attempted, or is to be: what `explainAddressInUse` made of its argument. */
export interface Attempt {
  readonly call: 'bind' | 'connect'
  readonly protocol: 'tcp' | 'udp' | 'unix'
  /** The local address; undefined for every address of either family. */
  readonly address: string | undefined
  readonly port: number
  readonly path: string | undefined
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly reuseAddress: Known
  readonly reusePort: Known
  readonly ipv6Only: Known
  /** The error's code; undefined for an address to try. */
  readonly code: string | undefined
  /** Of a walk over reserved ports: the lowest and the highest of those that were tried, and how many were. */
  readonly tried: { readonly low: number; readonly high: number; readonly count: number } | undefined
}

/**
 * What stands in the way.
 *
 * Sockets on the same address: `listener`; `bound`, a TCP socket that neither listens nor is connected; `datagram`, a UDP
 * one; `connection`, a TCP one; `orphan`, a connection that its process closed and the kernel still sends for;
 * `time-wait` and `fin-wait-2`, remnants of connections; `time-wait-without-reuse`, a remnant that was found to keep even a
 * socket with SO_REUSEADDR away. A listener, bound or datagram socket is named by the rule where that is less plain:
 * `wildcard`, one of the two has the wildcard address; `dual-stack`, they are of different families and one takes in both;
 * `other-user-group`, both have SO_REUSEPORT and are of different users.
 *
 * Unix sockets: `live-path`, `stale-path`, `not-a-socket`, `path-denied`; `path-missing`, the folder is not there.
 *
 * Connects: `four-tuple`, the same connection is there or left a remnant; `ephemeral-range`, the ports that the kernel
 * chooses from are used up (for a bind to port 0 too); `no-source-address`, the host has no address to reach that one from.
 *
 * Rules: `privileged-port`; `address-not-local`; `address-tentative`, an IPv6 address that is still being checked for
 * duplicates, or has one; `zone-missing`, an address of the link without its interface, or one with an interface
 * that does not exist; `reserved-ports`, the ports below 1024 are used up; `policy`, a refusal that no rule of ports explains.
 *
 * `unseen`: a probe was refused and nothing is to be seen. `nothing`: nothing stands in the way, or no longer.
 */
export type CauseKind =
  | 'listener'
  | 'bound'
  | 'datagram'
  | 'connection'
  | 'orphan'
  | 'time-wait'
  | 'time-wait-without-reuse'
  | 'fin-wait-2'
  | 'wildcard'
  | 'dual-stack'
  | 'other-user-group'
  | 'live-path'
  | 'stale-path'
  | 'not-a-socket'
  | 'path-denied'
  | 'path-missing'
  | 'four-tuple'
  | 'ephemeral-range'
  | 'no-source-address'
  | 'privileged-port'
  | 'address-not-local'
  | 'address-tentative'
  | 'zone-missing'
  | 'reserved-ports'
  | 'policy'
  | 'unseen'
  | 'nothing'

/** A process that has a socket open, and where it runs. */
export interface CauseOwner extends SocketOwner {
  /** The container that it is in, by what the name of its cgroup tells. */
  container: { runtime: string; id: string } | undefined
  /** The systemd unit that it belongs to. */
  unit: string | undefined
  /** The kinds of namespace in which it is apart from this process; undefined where that cannot be known. */
  apart: string[] | undefined
}

/** Who holds how many ports of a range. */
export interface PortHolder {
  state: string
  /** The name of its program. */
  command: string | undefined
  pid: number | undefined
  ports: number
}

/** One thing that stands in the way. */
export interface Cause {
  kind: CauseKind
  /** Whether it does; `unknown` where that hangs on what the kernel does not tell. False for `nothing` alone. */
  blocks: Known
  /** A sentence for people. */
  text: string
  /** What is not known, and why. */
  doubt: string | undefined
  /** The sockets that it is about. */
  sockets: SocketEntry[]
  owners: CauseOwner[]
  /** SO_REUSEADDR of the sockets; undefined where it is not about sockets. */
  reuseAddress: Known | undefined
  reusePort: Known | undefined
  /** Milliseconds until it is gone by itself; undefined where it stays. */
  untilMs: number | undefined
  /** For a range that is used up. */
  holders: PortHolder[] | undefined
}

/** What can be done, from the most harmless to the least. */
export type AdviceKind =
  | 'try'
  | 'wait'
  | 'probe'
  | 'connect-instead'
  | 'reuse-address'
  | 'other-port'
  | 'other-address'
  | 'other-path'
  | 'other-family'
  | 'ipv6-only'
  | 'keep-connections'
  | 'late-port'
  | 'source-addresses'
  | 'free-bind'
  | 'same-user'
  | 'capability'
  | 'permission'
  | 'port-range'
  | 'unlink'
  | 'destroy-remnant'
  | 'close'
  | 'end-process'

/** One thing to do. */
export interface Advice {
  kind: AdviceKind
  /** A sentence for people. */
  text: string
}

/** A bind that was made to find something out, and undone at once. */
export interface Probe {
  protocol: 'tcp' | 'udp'
  address: string
  port: number
  reuseAddress: boolean
  reusePort: boolean
  /** 'ok', or the name of the error. */
  outcome: string
}

/** Why an address is in use, until when, and what to do about it. */
export interface Explanation {
  /** Whether nothing stands in the way. */
  free: Known
  /** The first cause's sentence. */
  summary: string
  attempts: Attempt[]
  /** What surely stands in the way comes first. */
  causes: Cause[]
  /** Milliseconds until all of it is gone by itself; 0 where nothing is there, undefined where something stays. */
  freeInMs: number | undefined
  /** The most harmless first. */
  advice: Advice[]
  /** The binds that `probe` made. */
  probes: Probe[]
}

/** How far `explainAddressInUse` may go. */
export interface ExplainOptions {
  /**
   * Whether to find out by a brief bind what the kernel does not tell. For less than a millisecond the probe itself is in
   * the way of others. It neither listens nor connects. @default false
   */
  probe?: boolean | undefined
}
