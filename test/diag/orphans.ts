import { once } from 'node:events'
import net from 'node:net'
import { expect } from 'vitest'
import { type BareSocket, setOption } from '../../lib/index.js'
import { tcpStates } from '../sockets/network.js'
import { later } from './situations.js'
import { connectStream } from './world.js'

/** The states of a connection that was closed and is not delivered yet. */
export const orphanStates = ['FIN_WAIT_1', 'CLOSING', 'LAST_ACK'] as const

/** Lets a socket hear nothing any more, a TCP socket's acknowledgements included. It takes CAP_NET_ADMIN. */
export function deafen(socket: BareSocket): void {
  setOption(socket, 'SO_ATTACH_FILTER', [{ code: 6, jt: 0, jf: 0, k: 0 }])
}

/** A connection whose one end a program has, bare, and whose other end a stock server accepted on its port. */
export async function bareClient(
  host: string,
  server: net.Server,
): Promise<{ client: BareSocket; accepted: net.Socket }> {
  const { port } = server.address() as net.AddressInfo
  const accepts = once(server, 'connection') as Promise<[net.Socket]>
  const client = connectStream(net.isIPv6(host) ? 'ipv6' : 'ipv4', port)
  const [accepted] = await accepts
  return { client, accepted }
}

/**
 * Leaves a connection that its process closed, in a state, at a port where nobody listens any more: its peer hears nothing.
 * Gives the port, and the peer.
 */
export async function orphan(
  state: (typeof orphanStates)[number],
  host = '127.0.0.1',
): Promise<{ port: number; peer: BareSocket }> {
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }).listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  const { client: peer, accepted } = await bareClient(host, server)
  later(() => peer.close())
  if (state === 'LAST_ACK') peer.shutdown('write')
  deafen(peer)
  const closed = once(accepted, 'close')
  accepted.destroy()
  await closed
  if (state === 'CLOSING') peer.shutdown('write')
  server.close()
  await once(server, 'close')
  await expect.poll(() => tcpStates(port)).toEqual([state])
  return { port, peer }
}
