import { readFileSync } from 'node:fs'
import type { Known } from './rules.js'
import { hasAllUsers } from './users.js'

/** The numbers of linux/capability.h. */
const numbers = { CAP_NET_BIND_SERVICE: 10n, CAP_NET_ADMIN: 12n, CAP_SYS_PTRACE: 19n }

/** A capability that something here takes. */
export type Capability = keyof typeof numbers

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    // The kernel lacks it, or hides it here.
    return ''
  }
}

/**
 * Whether this thread has a capability where it counts, in the user namespace that owns what it is needed for: unknown in
 * a user namespace of its own, which may own nothing, and without /proc.
 *
 * @see capabilities(7), user_namespaces(7)
 */
export function hasCapability(name: Capability): Known {
  const mask = /^CapEff:\t([0-9a-f]+)/m.exec(read('/proc/thread-self/status'))?.[1]
  // There is no /proc to tell.
  if (mask === undefined) return 'unknown'
  if (((BigInt(`0x${mask}`) >> numbers[name]) & 1n) === 0n) return false
  return hasAllUsers() || 'unknown'
}
