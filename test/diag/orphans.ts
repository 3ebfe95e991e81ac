import { once } from 'node:events'
import net from 'node:net'
import { expect } from 'vitest'
import type { BareSocket } from '../../lib/index.js'
import { tcpStates } from '../sockets/network.js'
import { later } from './situations.js'
import { connectStream, deafen } from './world.js'

/** The states of a connection that was closed and is not delivered yet. */
export const orphanStates = ['FIN_WAIT_1', 'CLOSING', 'LAST_ACK'] as const

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
  const accepts = once(server, 'connection') as Promise<[net.Socket]>
  const peer = connectStream(net.isIPv6(host) ? 'ipv6' : 'ipv4', port)
  later(() => peer.close())
  const [accepted] = await accepts
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
