import { findSocket } from '../../diag/connection.js'
import { BareSocket } from '../../sockets/index.js'
import type { Remains } from './report.js'
import { type Identity, namespaceOf } from './witness.js'

/** The number of the network namespace that this thread is in. */
function ownNamespace(): bigint | undefined {
  const socket = new BareSocket('ipv4', 'datagram')
  try {
    return namespaceOf(socket.fd)
  } finally {
    socket.close()
  }
}

/** What is left of a connection; not known where sock_diag is missing, or does not see the socket's own namespace. */
export function findConnection(identity: Identity): Remains {
  try {
    if (ownNamespace() !== identity.namespace) return { known: false }
    const entry = findSocket({ ...identity, protocol: 'tcp', ipProtocol: 0 })
    // Where there is no connection the kernel finds the listener.
    if (!entry || entry.state === 'LISTEN') return { known: true }
    return { known: true, state: entry.state, timerMs: entry.timerMs }
  } catch {
    return { known: false }
  }
}
