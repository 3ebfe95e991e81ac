import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { expect, vi } from 'vitest'
import { NetworkNamespace } from '../../lib/diag/namespace.js'
import { getOption, type SocketKind, setOption, setOptions } from '../../lib/index.js'
import { closed, thrownBy } from '../support.js'
import { connection, fillQueue, inProgress, loopback, startConnect } from './connections.js'
import type { Experiment } from './inert.js'
import { setRaw } from './inert-bind.js'
import { openSocket } from './kinds.js'

const kinds: readonly SocketKind[] = ['tcp', 'tcp6']

/** The largest segments that either end of a connection sends, after data went both ways. */
async function segmentSizes(kind: SocketKind, when: { early?: number; late?: number }): Promise<number[]> {
  const options = when.early === undefined ? {} : { TCP_MAXSEG: when.early }
  await using made = await connection({}, { options }, loopback(kind))
  if (when.late !== undefined) setRaw(made.client, 'TCP_MAXSEG', when.late)
  for (const [from, to] of [
    [made.client, made.accepted],
    [made.accepted, made.client],
  ] as const) {
    from.write(Buffer.alloc(100_000))
    await once(to, 'data')
  }
  return [made.client, made.accepted].map((socket) => getOption(socket, 'TCP_INFO').sendMss as number)
}

const segments: Experiment = {
  kinds,
  async early(kind) {
    // Less the 12 bytes of a timestamp option, where the system sends one.
    for (const size of await segmentSizes(kind, { early: 1000 })) expect([988, 1000]).toContain(size)
    for (const size of await segmentSizes(kind, {})) expect(size).toBeGreaterThan(1000)
  },
  async late(kind) {
    for (const size of await segmentSizes(kind, { late: 1000 })) expect(size).toBeGreaterThan(1000)
  },
}

/** A connection in a network of its own, the interface of which can be taken away. */
async function lonelyPair(kind: SocketKind) {
  const namespace = NetworkNamespace.create() as NetworkNamespace
  // With the interface go the routes to ::1, and data to it then is not sent even once.
  const address = kind === 'tcp6' ? '::ffff:127.0.0.1' : '127.0.0.1'
  const setLink = (state: 'up' | 'down') => namespace.run(() => execFileSync('ip', ['link', 'set', 'lo', state]))
  const [listener, bare] = namespace.run(() => [openSocket(kind), openSocket(kind)] as const)
  listener.listen(1, { address: address })
  const { port } = listener.address()
  const server = net.createServer().listen({ fd: listener.detach() })
  const arrival = once(server, 'connection') as Promise<[net.Socket]>
  const client = new net.Socket({ fd: bare.detach() }).connect(port as number, address)
  const [accepted] = await arrival
  const close = () => {
    const gone = [client, accepted, server].map(closed)
    for (const socket of [client, accepted]) socket.destroy()
    server.close()
    namespace[Symbol.dispose]()
    return Promise.all(gone)
  }
  return { client, accepted, setLink, close }
}

const repeatedSyns: Experiment = {
  kinds,
  root: true,
  async early(kind) {
    using listener = openSocket(kind)
    using filler = openSocket(kind)
    using without = openSocket(kind)
    const port = fillQueue(listener, filler)
    expect(startConnect(without, loopback(kind), port)).toBe(inProgress)
    using socket = openSocket(kind)
    setOption(socket, 'TCP_SYNCNT', 1)
    expect(startConnect(socket, loopback(kind), port)).toBe(inProgress)
    await vi.waitFor(() => expect(getOption(socket, 'TCP_INFO').state).toBe('CLOSE'), 50_000)
    expect(getOption(socket, 'SO_ERROR')).toBe(110)
    expect(getOption(without, 'TCP_INFO').state).toBe('SYN_SENT')
  },
  /** What a connection repeats is data, and it goes on doing so for longer than one repetition takes. */
  async late(kind) {
    const { client, accepted, setLink, close } = await lonelyPair(kind)
    setRaw(client, 'TCP_SYNCNT', 1)
    setLink('down')
    client.write('x')
    const repeated = () => expect(getOption(client, 'TCP_INFO').retransmits).toBeGreaterThanOrEqual(3)
    await vi.waitFor(repeated, 50_000)
    setLink('up')
    expect((await once(accepted, 'data')).toString()).toBe('x')
    await close()
  },
}

/** What starting to connect gives when some options of Fast Open are on; 0 where the SYN waits for data. */
function startWith(kind: SocketKind, options: { TCP_FASTOPEN_CONNECT?: true; TCP_FASTOPEN_NO_COOKIE?: true }): number {
  using listener = openSocket(kind)
  listener.listen(1, { address: loopback(kind) })
  using socket = openSocket(kind)
  setOptions(socket, options)
  return startConnect(socket, loopback(kind), listener.address().port as number)
}

/** Neither does anything without the other on loopback, whose cookies no listener gives out. */
function fastOpen(
  name: 'TCP_FASTOPEN_CONNECT' | 'TCP_FASTOPEN_NO_COOKIE',
  other: 'TCP_FASTOPEN_CONNECT' | 'TCP_FASTOPEN_NO_COOKIE',
): Experiment {
  return {
    kinds,
    early(kind) {
      expect(startWith(kind, { [other]: true })).toBe(inProgress)
      expect(startWith(kind, { [name]: true, [other]: true })).toBe(0)
    },
    async late(kind) {
      await using made = await connection({}, {}, loopback(kind))
      for (const socket of [made.client, made.accepted]) {
        expect(thrownBy(() => setRaw(socket, name, 1))).toMatchObject({ code: 'EINVAL', syscall: 'setsockopt' })
        expect(getOption(socket, name)).toBe(false)
      }
    },
  }
}

/** The experiments with what has to be set before connect(2). */
export const connectExperiments = {
  TCP_MAXSEG: segments,
  TCP_SYNCNT: repeatedSyns,
  TCP_FASTOPEN_CONNECT: fastOpen('TCP_FASTOPEN_CONNECT', 'TCP_FASTOPEN_NO_COOKIE'),
  TCP_FASTOPEN_NO_COOKIE: fastOpen('TCP_FASTOPEN_NO_COOKIE', 'TCP_FASTOPEN_CONNECT'),
} satisfies Record<string, Experiment>
