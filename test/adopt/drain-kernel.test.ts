import { once } from 'node:events'
import net from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect, drain, listen } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { isRoot } from '../support.js'
import { counter } from './counters.js'
import { Clients, HalfOpen, startMember } from './drains.js'
import { setSysctl } from './neighbour.js'
import { portOfServer } from './pairs.js'
import { keepServers } from './servers.js'

useOwnNetwork()

const keep = keepServers()
const why = isRoot ? '' : ' (needs root)'
const host = '127.0.0.1'

/** Changes a setting of this network namespace for the tests of a block. */
function useSetting(name: string, value: number, before: number): void {
  beforeAll(() => setSysctl(`ipv4/${name}`, value))
  afterAll(() => setSysctl(`ipv4/${name}`, before))
}

describe.skipIf(why)(`drain where each handshake goes by a SYN cookie${why}`, () => {
  useSetting('tcp_syncookies', 2, 1)

  test('loses nobody', async () => {
    const old = await startMember('old', { host })
    const port = portOfServer(old)
    keep(await startMember('next', { host, port }))
    const before = counter('TcpExt', 'SyncookiesRecv')
    const clients = new Clients({ host, port }, 8)
    await clients.told(50)
    expect(await drain(old)).toMatchObject({ guarantee: 'lossless', kernel: { synCookies: 2 } })
    await clients.told(50)
    expect(await clients.stop()).toEqual(['next', 'old'])
    expect(counter('TcpExt', 'SyncookiesRecv')).toBeGreaterThan(before + 50)
  })

  test('lets a cookie of the old listener be good at the next one', async () => {
    const old = await startMember('old', { host })
    const port = portOfServer(old)
    using client = new HalfOpen(port)
    const next = keep(await startMember('next', { host, port }))
    expect(await drain(old)).toMatchObject({ guarantee: 'lossless', synRecv: { most: 0 } })
    const arrived = once(next, 'connection')
    client.goOn()
    await arrived
  })
})

describe.skipIf(why)(`drain where the kernel moves what a closing listener leaves${why}`, () => {
  useSetting('tcp_migrate_req', 1, 0)

  test('leaves a handshake to the next one where the time is up', async () => {
    const old = await startMember('old', { host })
    const port = portOfServer(old)
    using client = new HalfOpen(port)
    const next = keep(await startMember('next', { host, port }))
    const report = await drain(old, { timeout: 30 })
    expect(report).toMatchObject({ guarantee: 'lossless', synRecv: { left: 1 }, kernel: { migratesRequests: true } })
    const arrived = once(next, 'connection')
    client.goOn()
    await arrived
  })
})

describe.skipIf(why)(`drain of listeners with TCP Fast Open${why}`, () => {
  useSetting('tcp_fastopen', 3, 1)

  test('answers requests that came with the SYN, at the old one and at the next', async () => {
    const start = (name: string, port?: number) => {
      const server = net.createServer((socket) => socket.on('data', () => socket.end(name)).on('error', () => {}))
      return listen(server, { host, port, reusePort: true, options: { TCP_FASTOPEN: 64 } })
    }
    const old = await start('old')
    const port = portOfServer(old)
    const ask = async () => {
      const client = await connect({ host, port, options: { TCP_FASTOPEN_CONNECT: true } })
      client.write('?')
      const [data] = await once(client, 'data')
      client.destroy()
      return String(data)
    }
    // The first connection asks for the cookie.
    await ask()
    const before = counter('TcpExt', 'TCPFastOpenPassive')
    keep(await start('next', port))
    const asked = Array.from({ length: 20 }, ask)
    expect(await drain(old)).toMatchObject({ guarantee: 'lossless', kernel: { fastOpen: 3 } })
    for (const answer of await Promise.all(asked)) expect(['old', 'next']).toContain(answer)
    expect(await ask()).toBe('next')
    expect(counter('TcpExt', 'TCPFastOpenPassive')).toBeGreaterThan(before)
  })
})
