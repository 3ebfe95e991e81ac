import net from 'node:net'
import { codedError, invalidArgType, unsupported } from '../errors.js'
import { fdOf } from '../handle.js'
import { native } from '../native.js'
import { setOption } from '../options/index.js'
import { addressCapacity, decodeAddress } from '../sockaddr.js'

function refuseUnix(fd: number): void {
  const bytes = new Uint8Array(addressCapacity)
  const length = native.getsockname(fd, bytes)
  if (length > 0 && decodeAddress(bytes.subarray(0, length)).family === 'unix') {
    throw unsupported('A Unix socket has no reset: use destroy()', { syscall: 'setsockopt', option: 'SO_LINGER' })
  }
}

/**
 * Ends a TCP connection with a reset: SO_LINGER on with 0 seconds, then `destroy()`. The peer gets ECONNRESET, neither
 * side keeps a TIME_WAIT, and what was not sent, in Node or in the kernel, is dropped. The socket emits 'close' and no
 * 'error'. While a duplicate of the descriptor lives, in another process for instance, the reset waits for its close.
 *
 * @param socket a connected socket of `net` or `tls`, or the `socket` of an `http` request
 * @throws `ERR_SOCKET_CLOSED` or `ERR_INVALID_STATE` where there is no connection (any more, yet);
 * `ERR_SOCKCTL_UNSUPPORTED` for a Unix socket
 * @see socket(7), RFC 9293 section 3.10.5
 */
export function abort(socket: net.Socket): void {
  if (!(socket instanceof net.Socket)) throw invalidArgType('socket', 'an instance of net.Socket', socket)
  if (socket.connecting)
    throw codedError('ERR_INVALID_STATE', 'Invalid state: the socket is not connected yet; use destroy()')
  refuseUnix(fdOf(socket))
  setOption(socket, 'SO_LINGER', { on: true, seconds: 0 })
  socket.destroy()
}
