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

/** How far `explainAddressInUse` may go. */
export interface ExplainOptions {
  /**
   * Whether to find out by a brief bind what the kernel does not tell. For less than a millisecond the probe itself is in
   * the way of others. It neither listens nor connects. @default false
   */
  probe?: boolean | undefined
}
