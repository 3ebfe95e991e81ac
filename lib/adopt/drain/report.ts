import type { SystemError } from '../../errors.js'

/**
 * What held for the clients of a listener that was drained:
 *
 * - `lossless`: every connection that came before, during and after the drain was accepted, here or by another listener.
 * - `queue-empty`: none waited to be accepted when the listener closed. Who came at that very moment, or later while
 *   nobody listens, is refused.
 * - `none`: no more is known than `reason` says.
 */
export type DrainGuarantee = 'lossless' | 'queue-empty' | 'none'

/** How new connections were steered to the other listeners of the SO_REUSEPORT group. */
export interface DrainSteering {
  /** Whether it was, until the listener closed. */
  used: boolean
  /** How many listeners the group had, this one included; 1 without a group. */
  members: number
  /** This listener's place in the group, where it was found out. */
  index: number | undefined
  /**
   * Whether the group is without a program again. Where this process may not touch the socket of any process that is left
   * in the group, the program stays: see `docs/restarting.md`.
   */
  undone: boolean
  /** Why it was not used, or not undone, where a system call said so. */
  error: SystemError | undefined
}

/** Whether SYNs were dropped by a filter while the listener was emptied. */
export interface DrainFilter {
  used: boolean
  /** Why it was not, where it was tried. */
  error: SystemError | undefined
}

/** Settings of the kernel by which a connection begins without a trace that could be waited for. */
export interface DrainKernel {
  /** net.ipv4.tcp_syncookies: 0 never, 1 when the queue of a listener is full, 2 always. */
  synCookies: number
  /** net.ipv4.tcp_fastopen; the bit of 2 is for servers. */
  fastOpen: number
  /** net.ipv4.tcp_migrate_req: what a closing listener leaves goes to another one of its SO_REUSEPORT group. */
  migratesRequests: boolean
}

/** What `drain` did and saw. */
export interface DrainReport {
  guarantee: DrainGuarantee
  /** Why it is not `lossless`; undefined where it is. */
  reason: string | undefined
  /** How many connections the server got during the drain. */
  accepted: number
  /** How many of them Node closed at once, because of `server.maxConnections`. */
  dropped: number
  /** The connections that waited to be accepted: the most that were seen, and those that were left at the close. */
  queue: { most: number; left: number }
  /** Likewise those whose handshake was not complete, of the listener's port; undefined for a Unix socket. */
  synRecv: { most: number; left: number } | undefined
  steering: DrainSteering
  filter: DrainFilter
  /**
   * After a filter: how many milliseconds are left for the next listener to start, until the first of those whose SYN was
   * dropped asks again. Who asks for the first time in between is refused.
   */
  gapMs: number | undefined
  /** Settings of the kernel that matter; undefined for a Unix socket. */
  kernel: DrainKernel | undefined
  /** How long it took, in milliseconds, a wait for others who drain a listener of the same group included. */
  durationMs: number
}
