import type { SocketEntry, SocketOwner } from '../entry.js'
import type { Known } from '../rules.js'

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
  /** Its number in a PID namespace of its own; undefined where it has no other than `pid`. */
  innerPid: number | undefined
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

const empty = {
  doubt: undefined,
  sockets: [],
  owners: [],
  reuseAddress: undefined,
  reusePort: undefined,
  untilMs: undefined,
  holders: undefined,
} satisfies Partial<Cause>

/** Makes a cause that is certain and about no socket, but for what is said of it. */
export function cause(kind: CauseKind, text: string, more: Partial<Cause> = {}): Cause {
  return { kind, blocks: true, text, ...empty, ...more }
}
