import net from 'node:net'
import { invalidArgType } from '../errors.js'
import { afterKeepAlive } from '../handle/keepalive.js'
import { ownFd } from '../handle.js'
import { type SocketOptions, setOptions } from '../options/index.js'
import { validateInteger } from '../validate.js'

const second = 1000
const shortest = 2 * second
// The most seconds that the kernel takes for TCP_KEEPIDLE.
const longest = 32_767 * second
const mostProbes = 3
// Data that is not acknowledged is timed from when it is sent again. Less than an interval, it makes no probe the last.
const lead = second / 2
// The most seconds that the kernel takes for TCP_LINGER2 (TCP_FIN_TIMEOUT_MAX).
const longestLinger = 120

/**
 * The options by which a connection gives up a peer that does not answer. Probes go out at whole seconds after the last
 * sign of life. When the next one would be due at the limit, TCP_USER_TIMEOUT lets the connection end instead.
 */
function optionsFor(milliseconds: number): SocketOptions {
  const limit = Math.floor(milliseconds / second)
  const interval = Math.max(1, Math.floor(limit / (mostProbes + 1)))
  const probes = Math.min(mostProbes, Math.floor((limit - 1) / interval))
  return {
    SO_KEEPALIVE: true,
    TCP_KEEPIDLE: limit - probes * interval,
    TCP_KEEPINTVL: interval,
    TCP_KEEPCNT: probes,
    TCP_USER_TIMEOUT: limit * second - lead,
    TCP_LINGER2: Math.min(limit, longestLinger),
  }
}

function isTarget(target: unknown): target is net.Socket | net.Server {
  return target instanceof net.Socket || target instanceof net.Server
}

/**
 * Gives up a peer that is dead, or cut off, after so many milliseconds without a sign of life, idle or not; the socket then
 * fails with ETIMEDOUT, or with EHOSTUNREACH where the network says so. It sets SO_KEEPALIVE, TCP_KEEPIDLE, TCP_KEEPINTVL,
 * TCP_KEEPCNT, TCP_USER_TIMEOUT and TCP_LINGER2 together, and again whenever Node's `setKeepAlive(true)`, its own or that of
 * an HTTP agent, has changed them. `setKeepAlive(false)` ends the probes, and with them the limit of an idle connection.
 *
 * For a server it holds for all connections that it accepts from then on; call it again once the server listens on another
 * socket.
 *
 * - Idle, with N the limit in seconds, I an interval of N/4 and K up to 3 probes: the first goes out after N - K * I, the
 *   others every I, and the connection ends N seconds after the peer was last heard.
 * - With data on its way: TCP_USER_TIMEOUT is N seconds less 500 ms, and counts from when the data was first sent again, one
 *   retransmission timeout (200 ms and more) after it was first sent; the timer that then ends the connection may be as
 *   late again. Where this host's own link goes down, data that it cannot send waits for up to a second more before that.
 * - A peer that lives and does not read for so long is given up too, once its window is closed: that is how
 *   TCP_USER_TIMEOUT works.
 * - After our close: FIN_WAIT_2 lasts N seconds, 120 at the most.
 *
 * @param target a connected socket of `net` or `tls`, or a server that listens
 * @param milliseconds 2000 to 32,767,000; what is over a whole second does not count
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_OUT_OF_RANGE`; as `setOptions`: `ERR_SOCKET_CLOSED`, `ERR_INVALID_STATE`,
 * `ERR_SERVER_NOT_RUNNING`; `ERR_SOCKCTL_UNSUPPORTED` on systems without these options
 * @see tcp(7), RFC 5482, tcp_keepalive_timer() in net/ipv4/tcp_timer.c
 */
export function giveUpAfter(target: net.Socket | net.Server, milliseconds: number): void {
  if (!isTarget(target)) throw invalidArgType('target', 'an instance of net.Socket or net.Server', target)
  validateInteger(milliseconds, 'milliseconds', shortest, longest)
  const options = optionsFor(milliseconds)
  // A server's are inherited, but for what Node does to each connection afterwards.
  setOptions(target, options)
  if (target instanceof net.Server) watchAccepted(target, options)
  else keep(target, options)
}

/** Sets options again after Node's setKeepAlive(). */
function keep(socket: net.Socket, options: SocketOptions): void {
  afterKeepAlive(socket, () => setOptions(socket, options))
}

const watching = new WeakMap<net.Server, (socket: net.Socket) => void>()

function watchAccepted(server: net.Server, options: SocketOptions): void {
  const before = watching.get(server)
  if (before) server.off('connection', before)
  const watch = (socket: net.Socket) => {
    // It may be gone by now, or a stream that the program gave to the server.
    if (!(socket instanceof net.Socket) || ownFd(socket) === undefined) return
    setOptions(socket, options)
    keep(socket, options)
  }
  watching.set(server, watch)
  server.prependListener('connection', watch)
}
