import type { InternetEntry } from '../entry.js'

/**
 * Who can do it, from the most to the least dangerous: any user; a process of the user who made the socket; nobody; or
 * it is unknown, since options that decide it could not be read. Root can become any user, and is not spoken of.
 */
export type Attacker = 'any user' | 'same user' | 'nobody' | 'unknown'

/**
 * The address of the second bind: the identical one, an address of the host below a wildcard, or the IPv4 twin of an IPv6
 * socket that takes IPv4 too.
 */
export type AttackBind = 'equal' | 'specific' | 'ipv4'

/** One way to take a socket's traffic: a second bind to its port. */
export interface Takeover {
  readonly bind: AttackBind
  readonly by: Attacker
  /** Where `by` is unknown: who it is at most, whatever the options are. */
  readonly atMost?: Exclude<Attacker, 'unknown'>
  /** The options that the second socket sets, and the capability that its port takes. Empty where nobody can do it. */
  readonly needs: readonly string[]
  /**
   * What it gets: everything that is sent to its address from then on; a share of it; a copy (multicast); or, from a
   * socket that is bound and does not listen yet, the port, so that its listen() fails. Undefined where nobody can do it.
   */
  readonly takes: 'everything' | 'a share' | 'a copy' | 'the port' | undefined
}

/**
 * How bad the worst way is. `high`: any user can. `medium`: any user with a capability, or the same user, can. `low`: what
 * only root's processes, or the same user's with a capability, can do, and a multicast copy. `none`: nobody can.
 * `unknown`: the options could not be read.
 */
export type Severity = 'high' | 'medium' | 'low' | 'none' | 'unknown'

/** A listening or bound socket of the host, and who could take what is sent to it. */
export interface AuditFinding {
  /** The socket, with its owners. */
  readonly socket: InternetEntry
  /** SO_REUSEADDR; undefined where it could not be read. */
  readonly reuseAddress: boolean | undefined
  /** SO_REUSEPORT; undefined where it could not be read. */
  readonly reusePort: boolean | undefined
  /** IPV6_V6ONLY; undefined for an IPv4 socket, and where it could not be read. */
  readonly ipv6Only: boolean | undefined
  /** Why the options could not be read, where they could not. */
  readonly unread?: string
  /** The ways that there are for a socket of its address, whether or not somebody can go them. */
  readonly takeovers: readonly Takeover[]
  readonly severity: Severity
  /** What it comes to, in a sentence. */
  readonly summary: string
  /** What to do about it; undefined where nothing needs to be done. */
  readonly advice: string | undefined
}
