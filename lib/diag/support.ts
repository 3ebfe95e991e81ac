import { BareSocket } from '../sockets/index.js'
import type { EntryProtocol } from './entry.js'
import { protocols } from './query.js'
import { showsProtocol, sockets } from './sockets.js'

/** What `sockets` can show here: each protocol, and TCP sockets that are bound and neither listen nor are connected. */
export type DiagSupport = Readonly<Record<EntryProtocol | 'bound', boolean>>

/** Whether the kernel shows a TCP socket that is only bound, found out with one of our own. */
function showsBound(): boolean {
  const socket = new BareSocket('ipv4')
  try {
    socket.bind({ address: '127.0.0.1' })
    return sockets({ protocol: 'tcp', family: 'ipv4', state: 'BOUND', localPort: socket.address().port }).length > 0
  } finally {
    socket.close()
  }
}

let bound: boolean | undefined

/**
 * Tells what `sockets` can show on this machine, found out by trying. Sockets that are only bound take a kernel of about
 * 6.8 (TCP_BOUND_INACTIVE); to learn that, a TCP socket on 127.0.0.1 is bound for a moment, once. Raw sockets can be
 * shown without the kernel's raw_diag too, see `sockets`.
 *
 * @throws `ERR_SOCKCTL_UNSUPPORTED` where there is no sock_diag at all
 */
export function diagSupport(): DiagSupport {
  const shown = Object.fromEntries(protocols.map((protocol) => [protocol, showsProtocol(protocol)]))
  bound ??= shown.tcp === true && showsBound()
  return { ...(shown as Record<EntryProtocol, boolean>), bound }
}
