// The numbers of <sys/socket.h> that are needed to make a socket, as Linux has them on every architecture but MIPS and
// SPARC, for which Node has no builds.

/** The address family of each kind of socket. */
export const families = { unix: 1, ipv4: 2, ipv6: 10 } as const

/** The types of socket. */
export const types = { stream: 1, datagram: 2, raw: 3 } as const

/** The protocols that have a name here. */
export const protocols = { tcp: 6, udp: 17, mptcp: 262 } as const

/** The directions of shutdown(2). */
export const directions = { read: 0, write: 1, both: 2 } as const

/** An address family by name. */
export type Family = keyof typeof families
/** A socket type by name. */
export type SocketType = keyof typeof types
/** The directions of a shutdown by name. */
export type Direction = keyof typeof directions
