import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BareSocket, type Level, type SocketKind, type SocketLike } from '../../lib/index.js'
import { type Connection, connection, loopback, startConnect } from './connections.js'
import { openSocket } from './kinds.js'
import type { ProbedKind } from './probe.js'

/** A socket to try an option on; `using` ends those that were made for one use. */
export interface Probed extends Disposable {
  readonly target: SocketLike
}

type Family = 'ipv4' | 'ipv6'

/** The address family of the bound and connected sockets on which an option of a level was probed. */
export function familyFor(level: Level): Family {
  return level === 'IPPROTO_IPV6' || level === 'IPPROTO_ICMPV6' ? 'ipv6' : 'ipv4'
}

/** The kind in the table's words. */
export function tableKind(kind: ProbedKind, family: Family): SocketKind {
  if (kind === 'mptcp') return 'tcp'
  if (kind === 'unixpair') return 'unix'
  if (!/_|listener|connected|accepted/.test(kind)) return kind as SocketKind
  const base = kind.startsWith('udp') ? 'udp' : 'tcp'
  return family === 'ipv6' ? `${base}6` : base
}

function bound(kind: SocketKind): BareSocket {
  const socket = openSocket(kind)
  socket.bind({ address: loopback(kind) })
  return socket
}

/** Connections with both ends and a listener, made once for all reads. */
export interface SharedSockets {
  readonly ipv4: Connection
  readonly ipv6: Connection
  readonly unix: Connection
  close(): Promise<void>
}

/** Makes them. */
export async function shareSockets(): Promise<SharedSockets> {
  const folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
  const shared = {
    ipv4: await connection(),
    ipv6: await connection({}, {}, '::1'),
    unix: await connection({ path: join(folder, 'socket') }),
  }
  const close = async () => {
    await Promise.all(Object.values(shared).map((made) => made[Symbol.asyncDispose]()))
    rmSync(folder, { recursive: true })
  }
  return { ...shared, close }
}

function own(socket: BareSocket): Probed {
  return { target: socket, [Symbol.dispose]: () => socket.close() }
}

/** A new connection, of which the peer is not accepted yet; its listener goes with it. */
function connected(kind: SocketKind): Probed {
  const [listener, socket] = [openSocket(kind), openSocket(kind)]
  listener.listen(1, { address: loopback(kind) })
  startConnect(socket, loopback(kind), listener.address().port as number)
  const close = () => {
    socket.close()
    listener.close()
  }
  return { target: socket, [Symbol.dispose]: close }
}

function listening(kind: SocketKind): BareSocket {
  const socket = openSocket(kind)
  socket.listen(1, { address: loopback(kind) })
  return socket
}

function datagramsTo(kind: SocketKind): BareSocket {
  const socket = openSocket(kind)
  socket.connect({ address: loopback(kind), port: 9 })
  return socket
}

/** A new socket of a kind that was probed; the two whose other end a listener accepted are shared. */
export function openProbed(kind: ProbedKind, family: Family, shared: SharedSockets): Probed {
  const plain = tableKind(kind, family)
  switch (kind) {
    case 'raw':
      return own(new BareSocket('ipv4', 'raw', 1))
    case 'raw6':
      return own(new BareSocket('ipv6', 'raw', 58))
    case 'mptcp':
      return own(new BareSocket('ipv4', 'stream', 'mptcp'))
    case 'tcp_bound':
    case 'udp_bound':
      return own(bound(plain))
    case 'listener':
      return own(listening(plain))
    case 'udp_connected':
      return own(datagramsTo(plain))
    case 'connected':
      return connected(plain)
    case 'accepted':
      return { target: shared[family].accepted, [Symbol.dispose]: () => {} }
    case 'unixpair':
      // The end whose peer has no name, as both ends of a pair.
      return { target: shared.unix.accepted, [Symbol.dispose]: () => {} }
    default:
      return own(openSocket(plain))
  }
}
