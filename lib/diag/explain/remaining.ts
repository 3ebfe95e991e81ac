import type { InternetEntry } from '../entry.js'
import { finTimeout } from '../sysctl.js'

// TCP_TIMEWAIT_LEN, include/net/tcp.h.
const timeWait = 60_000

/**
 * Milliseconds until a remnant is gone by itself. What `tcp_fin_timeout` has beyond a minute, the kernel keeps the socket
 * for, with the timer of keep-alive, and then a remnant in FIN_WAIT_2 for as long again. A socket's own TCP_LINGER2, which
 * takes the setting's place, is not told.
 *
 * @see net/ipv4/tcp.c (__tcp_close), net/ipv4/tcp_timer.c (tcp_keepalive_timer)
 */
export function remainingMs({ state, timer, timerMs = 0 }: InternetEntry): number {
  const isFirst = state === 'FIN_WAIT_2' && timer === 'keepalive'
  return isFirst ? timerMs + Math.max(finTimeout() - timeWait, 0) : timerMs
}

/** Milliseconds until the last of some remnants is gone by itself. */
export function longestRemaining(entries: readonly InternetEntry[]): number {
  return Math.max(0, ...entries.map(remainingMs))
}
