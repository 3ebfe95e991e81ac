import { once } from 'node:events'
import net from 'node:net'
import { afterEach, expect, type Mock, vi } from 'vitest'
import type { SystemError } from '../../lib/errors.js'
import { type ConnectOptions, connect, type ListenOptions, listen } from '../../lib/index.js'
import { openDescriptors, rejectionOf } from '../support.js'
import { closeServer } from './pairs.js'

/** Gives a function that notes servers, all of which are closed after each test. */
export function keepServers(): <Server extends net.Server>(server: Server) => Server {
  const servers = new Set<net.Server>()
  afterEach(async () => {
    await Promise.all([...servers].map(closeServer))
    servers.clear()
  })
  return (server) => {
    servers.add(server)
    return server
  }
}

/** What connect() rejects with; expects no descriptor to be left. */
export async function refusedConnect(options: ConnectOptions): Promise<SystemError> {
  const descriptors = openDescriptors()
  const error = await rejectionOf(connect(options))
  // Those of earlier tests may close meanwhile.
  expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  return error
}

/** What listen() rejects with; expects no descriptor to be left and no event to be emitted. */
export async function refusedListen(options: ListenOptions): Promise<SystemError> {
  const server = net.createServer()
  const emitted: string[] = []
  for (const name of ['error', 'listening', 'close']) server.on(name, () => emitted.push(name))
  const descriptors = openDescriptors()
  const error = await rejectionOf(listen(server, options))
  // Those of earlier tests may close meanwhile.
  expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  expect(emitted).toEqual([])
  expect(server.listening).toBe(false)
  return error
}

/** A lookup that gives some addresses. */
export function lookupOf(...addresses: string[]): Mock<net.LookupFunction> {
  const all = addresses.map((address) => ({ address, family: net.isIP(address) }))
  return vi.fn<net.LookupFunction>((_name, _options, done) => done(null, all))
}

/** What the server that answers has to say. */
export async function answerOf(options: ConnectOptions): Promise<string> {
  const client = await connect(options)
  const [data] = await once(client, 'data')
  client.destroy()
  return String(data)
}
