import type net from 'node:net'
import { abortError, codedError } from '../errors.js'
import { fdOf } from '../handle.js'
import type { DrainReport } from './drain/report.js'
import { checkDrain, type DrainOptions } from './drain/request.js'

const draining = new WeakSet<net.Server>()

/**
 * Stops a server from listening without losing a connection, as far as the kernel allows; the report says how far that
 * was. It is about the listener alone: connections go on, idle ones of HTTP included, and the server's 'close' comes when
 * the last has ended.
 *
 * Without loss, and without privilege: where another listener of the same user, at the same address, with SO_REUSEPORT on
 * both from the start, is in the group already. New connections are steered to the others by a classic BPF program, which
 * takes the place of one that the group had; those that had begun are accepted; then the listener closes and the program
 * is taken away. Listeners of one group that are drained at the same time take turns. At a path of a Unix socket: where
 * another socket has been renamed to it.
 *
 * Where there is no other listener, a filter drops new SYNs while the queue is emptied, if it may be attached
 * (CAP_NET_ADMIN): such clients ask again a second later. Else the listener closes at a moment when its queue is empty.
 *
 * No list shows a connection that has begun with a SYN cookie. In a group it is lost no more than others, since a cookie
 * of one listener is good at all of them; elsewhere it is refused if its end comes after the close. One that has begun
 * with Fast Open is in the queue from the start.
 *
 * @param server a server that listens: `net`, `tls`, `http`, `https`, `http2`
 * @throws (rejects) `ERR_INVALID_ARG_TYPE`, `ERR_OUT_OF_RANGE`; `ERR_SERVER_NOT_RUNNING` where it does not listen, or is
 * closed meanwhile; `ERR_INVALID_STATE` where it is being drained already, or its socket is in the cluster primary; an
 * AbortError: it listens as before then; `ERR_SOCKCTL_UNSUPPORTED` on any system but Linux; a system error
 * @see socket(7), net/core/sock_reuseport.c, RFC 9293 (3.10.7)
 */
export async function drain(server: net.Server, options: DrainOptions = {}): Promise<DrainReport> {
  const request = checkDrain(server, options)
  if (request.signal?.aborted) throw abortError(request.signal)
  // Whether it listens, in this process.
  fdOf(server)
  if (draining.has(server)) throw codedError('ERR_INVALID_STATE', 'Invalid state: the server is being drained already')
  draining.add(server)
  try {
    const { runDrain } = await import('./drain/run.js')
    return await runDrain(request)
  } finally {
    draining.delete(server)
  }
}
