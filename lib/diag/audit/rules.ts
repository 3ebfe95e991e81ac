/** One of two sockets on a port, as far as the kernel's rules ask about it. */
export interface Claim {
  readonly protocol: 'tcp' | 'udp'
  /** The family of what is sent to both: an IPv6 socket may be asked about IPv4 traffic that it takes as well. */
  readonly traffic: 'ipv4' | 'ipv6'
  /** Whether it is an IPv6 socket that takes IPv4 traffic. */
  readonly isDual: boolean
  readonly isWildcard: boolean
  /** SO_REUSEADDR. */
  readonly reuseAddress: boolean
  /** SO_REUSEPORT. */
  readonly reusePort: boolean
}

/** A claim that was there first. */
export interface Holder extends Claim {
  /** Whether it listens, or, over TCP, is only bound. */
  readonly isListening: boolean
}

/** What a second bind comes to. */
export interface Prediction {
  /** Whether it works; what follows means nothing where it does not. */
  readonly binds: boolean
  /** Who receives: over TCP, while only those listen that did so before the second one. */
  readonly receives: 'first' | 'second' | 'both'
  /** Whether a holder that was only bound can still listen. */
  readonly holderListens: boolean
}

/** How well a socket fits what is sent: the address counts more than the family. */
function fitness({ isWildcard, isDual }: Claim): number {
  return (isWildcard ? 0 : 2) + (isDual ? 0 : 1)
}

function receiverOf(first: Holder, second: Claim, isGroup: boolean): Prediction['receives'] {
  if (first.protocol === 'tcp' && !first.isListening) return 'second'
  const difference = fitness(second) - fitness(first)
  if (difference !== 0) return difference > 0 ? 'second' : 'first'
  if (isGroup) return 'both'
  // The kernel puts IPv6 sockets with SO_REUSEPORT at the end of its list, and the others at its head.
  return second.traffic === 'ipv6' && second.reusePort ? 'first' : 'second'
}

/**
 * Predicts what a second bind to a port comes to, where the addresses of the two overlap: the rules that `bindConflicts`
 * measures, for a kernel that has Linux' rules.
 *
 * @param isSameUser whether the second socket is of the same user as the first
 * @see inet_bind_conflict() in net/ipv4/inet_connection_sock.c, udp_lib_lport_inuse() in net/ipv4/udp.c
 */
export function predict(first: Holder, second: Claim, isSameUser: boolean): Prediction {
  const isGroup = first.reusePort && second.reusePort && isSameUser
  const isShared = first.reuseAddress && second.reuseAddress && (first.protocol === 'udp' || !first.isListening)
  return {
    binds: isGroup || isShared,
    receives: receiverOf(first, second, isGroup),
    holderListens: first.isListening || isGroup,
  }
}
