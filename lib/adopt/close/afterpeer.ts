import type net from 'node:net'
import { abortError } from '../../errors.js'
import type { SessionLike } from '../../handle/session.js'
import { Closing } from './closing.js'
import type { CloseReport } from './report.js'
import { type CloseAfterPeerOptions, checkCloseOptions, closingSocketOf } from './request.js'

/**
 * Lets the peer close first, so that TIME_WAIT is on its side. No FIN leaves before the peer's has come: `end()`, the
 * program's own or the one that Node calls when a peer ends, sends what was written and waits with the FIN. What comes is
 * read and thrown away, from a paused socket too, unless somebody listens for it. Once the peer's FIN is there, the socket is
 * ended and closed.
 *
 * Nothing tells the peer to close: that is up to the protocol, as with `Connection: close`. A TLS peer that waits for our
 * close_notify, which Node sends together with the FIN, will not close either, and the timeout decides.
 *
 * Called twice, the first of the two calls whose wait is over lets the FIN go. `destroy()` closes at once all the same.
 * Errors of the connection are part of the report and are emitted as well.
 *
 * @param target a connected socket of `net` or `tls`, over TCP or a Unix socket, or an HTTP/2 session (not its `socket`,
 * which is a stand-in), which gets a GOAWAY
 * @param options how long to wait, and what to do then
 * @returns how the connection ended and what it left
 * @throws (rejects) `ERR_INVALID_ARG_TYPE` and the like; `ERR_INVALID_STATE` or `ERR_SOCKET_CLOSED` where there is no
 * connection; `ERR_SOCKCTL_UNSUPPORTED` for MPTCP; an AbortError
 * @see RFC 9293 section 3.6
 */
export async function closeAfterPeer(
  target: net.Socket | SessionLike,
  options: CloseAfterPeerOptions = {},
): Promise<CloseReport> {
  const request = checkCloseOptions(options)
  const { socket, reads } = closingSocketOf(target)
  if (request.signal?.aborted) throw abortError(request.signal)
  const closing = new Closing(socket, request, reads)
  if ('goaway' in target && !target.destroyed) target.goaway()
  return closing.run()
}
