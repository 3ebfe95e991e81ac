import { chmodSync, existsSync } from 'node:fs'
import net from 'node:net'
import { dirname } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type Takeover, type TakeoverServers, takeover } from '../../../lib/handover.js'
import { getOption, type ListenOptions } from '../../../lib/index.js'
import { isRoot, nobody, rejectionOf } from '../../support.js'
import { keepDatagrams } from '../datagrams.js'
import { useFolder } from '../folder.js'
import { keepServers } from '../servers.js'
import { begun, httpServer, type Started, serving } from './serving.js'
import { keepPrograms } from './world.js'

const keep = keepServers()
const makeDatagram = keepDatagrams()
const start = keepPrograms()
const running: Takeover[] = []
let path: string

useFolder((_, socket) => {
  path = socket
})

afterEach(() => {
  for (const one of running.splice(0)) one.close()
})

async function run(servers: TakeoverServers): Promise<Takeover> {
  const one = await takeover(path, servers)
  running.push(one)
  return one
}

/** A server that listens as told, and one that takes over from it; both are in this process. */
async function succession(
  first: ListenOptions,
  second: ListenOptions,
): Promise<{ server: net.Server; next: Takeover }> {
  const [old, server] = [keep(net.createServer()), keep(net.createServer())]
  const before = await run({ web: { server: old, listen: first } })
  const next = await run({ web: { server, listen: second } })
  await before.left
  return { server, next }
}

describe('a server takes over the socket of', () => {
  test.each([
    ['::1', '0:0:0:0:0:0:0:1'],
    ['::ffff:127.0.0.1', '::FFFF:7f00:1'],
    ['127.0.0.1', 'localhost'],
  ])('%s where it is to be at %s', async (first, second) => {
    const { next } = await succession({ host: first }, { host: second })
    expect(next.start).toMatchObject({ received: ['web'], bound: [], dropped: [] })
  })

  test('another address no more than its own', async () => {
    const { next } = await succession({ host: '::1' }, { host: '::' })
    expect(next.start).toMatchObject({ received: [], bound: ['web'], dropped: ['web'] })
  })
})

describe('options of a server that takes over', () => {
  test('are set where they read as what is asked for, and were set to something else', async () => {
    const host = '127.0.0.1'
    const [before, after] = [65_536, 131_072].map((size) => ({ host, options: { SO_RCVBUF: size } }))
    const { server } = await succession(before as ListenOptions, after as ListenOptions)
    expect(getOption(server, 'SO_RCVBUF')).toBe(262_144)
  })

  test('that can only be set before bind stay as they are, and the others are set', async () => {
    const host = '::1'
    const first = { host, options: { IPV6_FREEBIND: true, IPV6_V6ONLY: true } }
    const second = {
      host,
      options: { IPV6_FREEBIND: true, IPV6_V6ONLY: false, TCP_USER_TIMEOUT: 5000, SO_NOSIGPIPE: undefined },
    }
    const { server, next } = await succession(first, second)
    expect(next.start.received).toEqual(['web'])
    expect(getOption(server, 'IPV6_V6ONLY')).toBe(true)
    expect(getOption(server, 'TCP_USER_TIMEOUT')).toBe(5000)
  })

  test.skipIf(!isRoot)(
    `take no privilege where the socket has them (${isRoot ? 'as nobody' : 'needs root'})`,
    async () => {
      chmodSync(dirname(path), 0o1777)
      // To change it takes CAP_NET_RAW, to what it is as well.
      const servers = httpServer(0).replace('listen: {', "listen: { options: { SO_BINDTODEVICE: 'lo' },")
      await (await start(serving(path, servers), nobody)).message(begun)
      const next = await start(serving(path, servers), nobody)
      expect((await next.message<Started>(begun)).start.received).toEqual(['web'])
    },
  )
})

describe('a datagram socket of another family', () => {
  test('is bound anew', async () => {
    const [old, socket] = [makeDatagram('udp4'), makeDatagram('udp6')]
    await run({ stats: { socket: old, bind: { address: '127.0.0.1' } } })
    const { start } = await run({ stats: { socket, bind: { ipv6Only: true } } })
    expect(start).toMatchObject({ received: [], bound: ['stats'], dropped: ['stats'] })
  })

  test('that is bound already, or is to be bound to what is none, is refused before anything happens', async () => {
    const socket = makeDatagram('udp4')
    const port = 'none' as unknown as number
    const error = await rejectionOf(takeover(path, { stats: { socket, bind: { port } } }))
    expect(error.code).toBe('ERR_INVALID_ARG_TYPE')
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    expect((await rejectionOf(takeover(path, { stats: { socket } }))).code).toBe('ERR_SOCKET_ALREADY_BOUND')
    expect(existsSync(path)).toBe(false)
  })
})

describe('a server that cannot serve on the socket', () => {
  test('leaves the old process, and the file at the path', async () => {
    const [old, server] = [keep(net.createServer()), keep(net.createServer())]
    const before = await run({ web: { server: old, listen: { host: '127.0.0.1' } } })
    const failed = new Promise((resolve) => before.on('failed', resolve))
    const listen = { host: '127.0.0.1', options: { TCP_CONGESTION: 'nonesuch' } }
    const error = await rejectionOf(takeover(path, { web: { server, listen } }))
    expect(error).toMatchObject({ code: 'ENOENT', option: 'TCP_CONGESTION' })
    await failed
    expect(existsSync(path)).toBe(true)
    expect(old.listening).toBe(true)
    const { start } = await run({ web: { server, listen: { host: '127.0.0.1' } } })
    expect(start.received).toEqual(['web'])
  })
})
