import dgram from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect } from 'vitest'
import type { SystemError } from '../../lib/errors.js'
import { bindDatagram, type DatagramOptions } from '../../lib/index.js'
import { openDescriptors, rejectionOf } from '../support.js'

/** The types of datagram socket, each with its loopback and its wildcard address. */
export const datagramTypes = [
  { type: 'udp4', family: 'ipv4', loopback: '127.0.0.1', wildcard: '0.0.0.0' },
  { type: 'udp6', family: 'ipv6', loopback: '::1', wildcard: '::' },
] as const

/** Waits until a datagram socket is closed; one that was closed before has nothing to wait for. */
export async function closeDatagram(socket: dgram.Socket): Promise<void> {
  const closed = once(socket, 'close')
  try {
    socket.close()
  } catch {
    return
  }
  await closed
}

/** Gives a function that makes datagram sockets, all of which are closed after each test. */
export function keepDatagrams(): (options: dgram.SocketType | dgram.SocketOptions) => dgram.Socket {
  const sockets = new Set<dgram.Socket>()
  afterEach(async () => {
    await Promise.all([...sockets].map(closeDatagram))
    sockets.clear()
  })
  return (options) => {
    const socket = typeof options === 'string' ? dgram.createSocket(options) : dgram.createSocket(options)
    sockets.add(socket)
    return socket
  }
}

/** Sends a text with one socket and gives what the other receives, and from which port. */
export async function exchange(
  from: dgram.Socket,
  to: dgram.Socket,
  address: string,
): Promise<{ text: string; port: number }> {
  const received = once(to, 'message') as Promise<[Buffer, dgram.RemoteInfo]>
  from.send('hello', to.address().port, address)
  const [data, { port }] = await received
  return { text: String(data), port }
}

/** What bindDatagram() rejects with; expects no descriptor to be left, no event, and a socket that can still be bound. */
export async function refusedDatagram(socket: dgram.Socket, options: DatagramOptions): Promise<SystemError> {
  const emitted: string[] = []
  for (const name of ['error', 'listening', 'close']) socket.on(name, () => emitted.push(name))
  const descriptors = openDescriptors()
  const error = await rejectionOf(bindDatagram(socket, options))
  expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  expect(emitted).toEqual([])
  await bindDatagram(socket)
  expect(emitted).toEqual(['listening'])
  return error
}
