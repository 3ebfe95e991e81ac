import type { InternetEntry } from '../entry.js'
import { finTimeout } from '../sysctl.js'

// TCP_TIMEWAIT_LEN, include/net/tcp.h.
const timeWait = 60_000
// TCP_FIN_TIMEOUT_MAX, the most that TCP_LINGER2 can be, is twice that.
const longestLinger = 120_000

/**
 * Whether a socket in FIN_WAIT_2 is kept for what its time has beyond a minute, with the timer of keep-alive. A remnant
 * follows, for as long again.
 *
 * @see net/ipv4/tcp.c (__tcp_close), net/ipv4/tcp_timer.c (tcp_keepalive_timer)
 */
export function isBeforeRemnant({ state, timer }: InternetEntry): boolean {
  return state === 'FIN_WAIT_2' && timer === 'keepalive'
}

/**
 * Milliseconds until a remnant is gone by itself. In the first of two spans it is the most that it may take: the second is
 * that of `tcp_fin_timeout`, or, where that cannot be, of a TCP_LINGER2 of the socket's own, which is not told.
 */
export function remainingMs(entry: InternetEntry): number {
  const { timerMs = 0 } = entry
  if (!isBeforeRemnant(entry)) return timerMs
  const usual = finTimeout() - timeWait
  return timerMs + (timerMs <= usual ? usual : longestLinger - timeWait)
}

/** Milliseconds until the last of some remnants is gone by itself. */
export function longestRemaining(entries: readonly InternetEntry[]): number {
  // Not Math.max(...), which takes no more than some 100,000.
  return entries.reduce((longest, entry) => Math.max(longest, remainingMs(entry)), 0)
}
