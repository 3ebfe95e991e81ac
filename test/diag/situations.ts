import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import net from 'node:net'
import { afterEach, expect } from 'vitest'
import { NetworkNamespace } from '../../lib/diag/namespace.js'
import type { AddressQuery, Cause, CauseKind, Explanation } from '../../lib/diag.js'
import { explainAddressInUse } from '../../lib/diag.js'
import { BareSocket, setOptions } from '../../lib/index.js'
import { tcpStates } from '../sockets/network.js'
import { unusedPort } from '../support.js'

const open: (() => Promise<void> | void)[] = []

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

/** Has something closed after the test. */
export function later(close: () => Promise<void> | void): void {
  open.push(close)
}

/** Whether an own network namespace can be made, which most situations take: they use up ports, or change settings. */
export const hasOwnNetwork = (() => {
  const namespace = NetworkNamespace.create()
  namespace?.[Symbol.dispose]()
  return namespace !== undefined
})()

/** A socket that is bound, with the reuse options given, until the test is over. */
export function bound(
  address: { address?: string; port?: number; path?: string },
  { type = 'stream', ...reuse }: { type?: 'stream' | 'datagram'; reuseAddress?: boolean; reusePort?: boolean } = {},
): { socket: BareSocket; port: number } {
  const family = address.path !== undefined ? 'unix' : address.address?.includes(':') ? 'ipv6' : 'ipv4'
  const socket = new BareSocket(family, type)
  later(() => socket.close())
  if (family !== 'unix') setOptions(socket, { SO_REUSEADDR: reuse.reuseAddress, SO_REUSEPORT: reuse.reusePort })
  socket.bind(address)
  return { socket, port: socket.address().port ?? 0 }
}

/** A stock server that is closed after the test, with what it accepted. */
export async function served(
  options: net.ListenOptions,
  serverOptions: net.ServerOpts = {},
): Promise<{ server: net.Server; port: number; close: () => Promise<void> }> {
  const accepted = new Set<net.Socket>()
  const server = net.createServer(serverOptions, (socket) => {
    accepted.add(socket.on('error', () => {}))
    socket.resume()
  })
  server.listen(options.port === 0 ? { ...options, port: unusedPort(options.host) } : options)
  await once(server, 'listening')
  const address = server.address() as net.AddressInfo | string
  const close = async () => {
    for (const socket of accepted) socket.resetAndDestroy()
    if (!server.listening) return
    server.close()
    await once(server, 'close')
  }
  later(close)
  return { server, port: typeof address === 'string' ? 0 : address.port, close }
}

/** A stock client that is reset after the test. */
export async function connected(options: net.NetConnectOpts): Promise<net.Socket> {
  const client = net.connect(options)
  await once(client, 'connect')
  later(() => void client.on('error', () => {}).resetAndDestroy())
  return client
}

/** The error that a stock server meets when it is to listen. */
export async function listenError(options: net.ListenOptions): Promise<Error> {
  const [error] = await once(net.createServer().listen(options), 'error')
  return error as Error
}

/** The error that a stock client meets. */
export async function connectError(options: net.NetConnectOpts): Promise<Error> {
  const client = net.connect(options)
  client.once('connect', () => client.destroy(new Error('it connected')))
  const [error] = await once(client, 'error')
  return error as Error
}

/**
 * Leaves a remnant in TIME_WAIT of a connection from a port of the kernel's choice, which has the server's port too if
 * the server closes first. Gives the port where the remnant is.
 */
export async function remnant(first: 'client' | 'server', host = '127.0.0.1'): Promise<number> {
  const server = net.createServer({ allowHalfOpen: false }).listen(unusedPort(host), host)
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  const client = net.connect(port, host)
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [[net.Socket], []]
  const ends = [accepted, client].map((socket) => once(socket.resume(), 'close'))
  const left = first === 'client' ? (client.localPort as number) : port
  const closer = first === 'client' ? client : accepted
  closer.end()
  await Promise.all(ends)
  server.close()
  await expect.poll(() => tcpStates(left)).toEqual(['TIME_WAIT'])
  return left
}

/** Changes a setting of the network namespace that the test is in. */
export function setSetting(name: string, value: string): void {
  writeFileSync(`/proc/sys/net/${name}`, value)
}

/** Explains, and checks that one kind of cause and no other is named. */
export function only(kind: CauseKind, what: Error | AddressQuery, options = {}): Cause & { explanation: Explanation } {
  const explanation = explainAddressInUse(what, options)
  expect(explanation.causes.map((cause) => cause.kind)).toEqual([kind])
  return { ...(explanation.causes[0] as Cause), explanation }
}
