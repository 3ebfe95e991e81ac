import type { BudgetRequest } from './request.js'

/** How long a remnant is in TIME_WAIT, in ms. @see TCP_TIMEWAIT_LEN, include/net/tcp.h */
export const timeWaitMs = 60_000

/**
 * How late the end of it may come, in ms. The kernel's timer wheel rounds so long a time up: to 512 ticks of 10 ms at the
 * worst (HZ 100), 512 of 4 (HZ 250), or 4096 of 1 (HZ 1000). A program does not get to know which.
 *
 * @see kernel/time/timer.c
 */
export const mostLateMs = 5120

/** How long a port is kept after a close, and why. */
export interface Holding {
  readonly ms: number
  readonly text: string
}

const minute = 'the remnant is in TIME_WAIT for a minute'

/** Why connect may not take over a remnant; undefined where it may. */
function refusal({ settings, isLoopback }: BudgetRequest): string | undefined {
  const { tcp_tw_reuse, tcp_timestamps } = settings
  if (tcp_timestamps === 0) return 'without timestamps (tcp_timestamps is 0) it cannot be taken over'
  if (tcp_tw_reuse === 0) return 'tcp_tw_reuse is 0, so that connect does not take it over'
  if (tcp_tw_reuse === 2 && !isLoopback)
    return 'tcp_tw_reuse is 2, which lets connect take over those on loopback alone'
  return undefined
}

function afterConnect(request: BudgetRequest): Holding {
  const reason = refusal(request)
  if (reason !== undefined) return { ms: timeWaitMs, text: `${minute}; ${reason}` }
  const { tcp_tw_reuse, tcp_tw_reuse_delay } = request.settings
  const text = `connect takes over a remnant of that age (tcp_tw_reuse is ${tcp_tw_reuse}), if the peer uses timestamps too`
  return { ms: Math.min(tcp_tw_reuse_delay, timeWaitMs), text }
}

function afterOwnBind({ reuseAddress, settings }: BudgetRequest): Holding {
  if (!reuseAddress) return { ms: timeWaitMs, text: `${minute}, and bind without SO_REUSEADDR is refused` }
  if (settings.tcp_timestamps === 0) {
    return { ms: timeWaitMs, text: `${minute}, and without timestamps connect is refused, though bind is not` }
  }
  return {
    ms: 0,
    text: 'SO_REUSEADDR lets bind through, and connect takes the remnant over, if the peer uses timestamps too',
  }
}

/**
 * Tells how long a port is kept after the close of a connection.
 *
 * @see net/ipv4/tcp_ipv4.c (tcp_twsk_unique), net/ipv4/inet_connection_sock.c (inet_bind_conflict)
 */
export function holdingOf(request: BudgetRequest): Holding {
  const { close, choice } = request
  if (close === 'abort') return { ms: 0, text: 'a reset leaves no remnant on either side; what was not sent is lost' }
  if (close === 'peer-first') return { ms: 0, text: 'the peer closes first, so that the remnant is with the peer' }
  if (choice === 'program') return afterOwnBind(request)
  if (choice === 'connect') return afterConnect(request)
  return { ms: timeWaitMs, text: `${minute}, and bind with port 0 passes over it whatever tcp_tw_reuse says` }
}
