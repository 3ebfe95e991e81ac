import net from 'node:net'
import { codedError, invalidArgType, unsupported } from '../errors.js'
import { type ConnectionHolder, isOver, isSession, socketOfSession } from '../handle/session.js'
import { fdOf } from '../handle.js'
import { isResettable, isUnix, reset } from '../sockets/reset.js'

/**
 * What `abort` resets the connection of: a socket of `net` or `tls`, an HTTP request or response of either side, or an
 * HTTP/2 session.
 */
export type Abortable = net.Socket | ConnectionHolder

const aborted = new WeakSet<object>()

/** Whether a socket was reset by `abort`, which found something to reset. */
export function wasAborted(socket: net.Socket): boolean {
  return aborted.has(socket)
}

function socketOf(target: unknown): net.Socket | null | undefined {
  if (target instanceof net.Socket) return target
  if (target !== null && typeof target === 'object') {
    if (isSession(target)) return socketOfSession(target)
    // An HTTP/2 stream has a session and no socket of its own; resetting it would take the others down.
    if ('socket' in target && 'destroy' in target && !('stream' in target)) {
      if (isOver(target as ConnectionHolder)) return undefined
      const { socket } = target
      if (socket instanceof net.Socket || socket === null || socket === undefined) return socket
    }
  }
  throw invalidArgType('socket', 'a net.Socket, an HTTP/1 request or response, or an HTTP/2 session', target)
}

/**
 * Ends a TCP connection with a reset, at once. The peer gets ECONNRESET and neither side keeps a TIME_WAIT, as long as the
 * two FINs have not crossed yet. What was written and not sent, in Node or in the kernel, is dropped; of what the peer has
 * received and not read, its system may drop the rest as well. The socket emits 'close' and no 'error'; an HTTP request
 * fails as with any lost connection, and an HTTP/2 session takes its streams with it.
 *
 * On Linux the connection is gone for every holder of the descriptor, in this process or another. On other systems the
 * reset waits for the last close.
 *
 * @param target a connected socket of `net` or `tls`, an HTTP request or response, or an HTTP/2 session
 * @throws `ERR_SOCKET_CLOSED` or `ERR_INVALID_STATE` where there is no connection (any more, yet), or it runs over a stream
 * that is no socket; `ERR_SOCKCTL_UNSUPPORTED` for a Unix socket; `ERR_INVALID_ARG_TYPE` for an HTTP/2 stream, whose
 * session is `stream.session`
 * @see socket(7), connect(2), RFC 9293 section 3.10.5
 */
export function abort(target: Abortable): void {
  const socket = socketOf(target)
  if (!socket) throw codedError('ERR_INVALID_STATE', 'Invalid state: it has no connection (any more, or yet)')
  if (socket.connecting)
    throw codedError('ERR_INVALID_STATE', 'Invalid state: the socket is not connected yet; use destroy()')
  const fd = fdOf(socket)
  if (isUnix(fd)) {
    throw unsupported('A Unix socket has no reset: use destroy()', { syscall: 'setsockopt', option: 'SO_LINGER' })
  }
  if (isResettable(fd)) aborted.add(socket)
  reset(fd)
  if (isSession(target)) target.destroy()
  socket.destroy()
}
