import { isDeepStrictEqual } from 'node:util'
import { canonicalAddress, familyOf, nameZone } from '../../ipaddress.js'
import { getOption, type ReadableOption, type SocketOptions } from '../../options/index.js'
import { isLate } from '../../options/state.js'
import type { SocketAddress } from '../../sockaddr.js'

/** Whether a host is the address that a socket has, however it is written; a name may be any. */
function isHostOf(host: unknown, address: string | undefined): boolean {
  if (typeof host !== 'string' || !familyOf(host)) return true
  try {
    return nameZone(canonicalAddress(host)) === address
  } catch {
    // Its zone is no interface, which bind says better.
    return false
  }
}

/** Whether what is asked for, as far as it is, is the address that a socket has. */
export function isAddress(
  { port, path, address }: SocketAddress,
  asked: { port?: unknown; path?: unknown; host?: unknown },
) {
  const isPort = typeof asked.port !== 'number' || asked.port === 0 || asked.port === port
  const isHost = isHostOf(asked.host, address)
  return isPort && isHost && (asked.path === undefined ? path === undefined : asked.path === path)
}

/** Those that do not read as they were set: the kernel doubles the first two, and has a default for the last. */
const readOtherwise: ReadonlySet<string> = new Set(['SO_RCVBUF', 'SO_SNDBUF', 'TCP_MAXSEG'])

function hasValue(fd: number, name: string, value: unknown): boolean {
  if (readOtherwise.has(name)) return false
  try {
    return isDeepStrictEqual(getOption(fd, name as ReadableOption), value)
  } catch {
    // It cannot be read, or this socket has none; setting it says more.
    return false
  }
}

/**
 * The options that are left to be set on a socket that another process has prepared: not those that it has already, which
 * may take a privilege to set again, nor those for which it is too late.
 */
export function optionsLeft({ fd }: { readonly fd: number }, options: SocketOptions = {}): SocketOptions {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.filter(([name, value]) => !isLate(fd, name) && !hasValue(fd, name, value)))
}
