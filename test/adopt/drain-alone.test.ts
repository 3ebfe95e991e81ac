import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { type DrainReport, drain, getFilter, listen } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { inProcess, isRoot, nobody, rejectionOf } from '../support.js'
import { Clients, HalfOpen, startMember } from './drains.js'
import { portOfServer } from './pairs.js'
import { keepServers } from './servers.js'

useOwnNetwork()

const keep = keepServers()
const why = isRoot ? '' : ' (needs root)'
const host = '127.0.0.1'

/** What drain() says of a listener in a process of its own, which becomes a user once everything is loaded. */
function drainedBy(uid: number | undefined, options: string): Promise<DrainReport> {
  const program = `
    const net = await import('node:net')
    await sockctl.drain(await sockctl.listen(net.createServer(), { host: '127.0.0.1' }))
    ${uid === undefined ? '' : `process.setgroups([]); process.setgid(${uid}); process.setuid(${uid});`}
    const server = net.createServer((socket) => socket.on('error', () => {}).end())
    await sockctl.listen(server, { host: '127.0.0.1', ${options} })
    const clients = Array.from({ length: 5 }, () => net.connect(server.address().port, '127.0.0.1'))
    const { filter, steering, ...rest } = await sockctl.drain(server)
    const codeOf = ({ error, ...left }) => ({ ...left, error: error?.code })
    report({ ...rest, filter: codeOf(filter), steering: codeOf(steering) })`
  return inProcess(program)
}

describe('drain without a successor', () => {
  test.each([
    ['', /no SO_REUSEPORT/],
    ['reusePort: true', /no other listener of this user/],
  ])('empties the queue of a listener with {%s}, and says why it is no more', async (options, reason) => {
    const report = await drainedBy(isRoot ? nobody : undefined, options)
    expect(report).toMatchObject({ guarantee: 'queue-empty', queue: { left: 0 }, synRecv: { left: 0 }, dropped: 0 })
    expect(report.reason).toMatch(reason)
    expect(report.steering).toMatchObject({ used: false, undone: true })
    // Kernels differ in whether this takes CAP_NET_ADMIN.
    expect([{ used: true }, { used: false, error: 'EPERM' }]).toContainEqual(report.filter)
  })

  test.skipIf(why)(`drops new SYNs meanwhile, and clients come to the next listener${why}`, async () => {
    const old = await startMember('old', { host, reusePort: false })
    const port = portOfServer(old)
    const clients = new Clients({ host, port }, 16)
    await clients.told(30)
    const report = await drain(old)
    keep(await startMember('next', { host, port, reusePort: false }))
    expect(report).toMatchObject({ guarantee: 'queue-empty', filter: { used: true, error: undefined } })
    expect(report.gapMs).toBeGreaterThan(0)
    expect(report.gapMs).toBeLessThan(1000)
    clients.forget()
    await clients.told(16)
    expect(await clients.stop()).toEqual(['next'])
  })

  test.skipIf(why)(`waits for handshakes that have begun, as long as it is told to${why}`, async () => {
    const old = await listen(net.createServer(), { host })
    using client = new HalfOpen(portOfServer(old))
    const report = await drain(old, { timeout: 50 })
    expect(report).toMatchObject({ guarantee: 'queue-empty', synRecv: { most: 1, left: 1 }, accepted: 0 })
    client.goOn()
  })

  test.skipIf(why)(`takes its filter away when it is given up${why}`, async () => {
    const old = keep(await startMember('old', { host, reusePort: false }))
    using _client = new HalfOpen(portOfServer(old))
    const signal = AbortSignal.timeout(50)
    expect(await rejectionOf(drain(old, { signal }))).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })
    expect(getFilter(old)).toEqual([])
    const clients = new Clients({ host, port: portOfServer(old) }, 4)
    await clients.told(20)
    expect(await clients.stop()).toEqual(['old'])
  })
})

describe('drain of a group with a handshake that has begun', () => {
  test('waits for it, and accepts it', async () => {
    const old = await startMember('old', { host })
    const port = portOfServer(old)
    using client = new HalfOpen(port)
    keep(await startMember('next', { host, port }))
    const draining = drain(old)
    const clients = new Clients({ host, port }, 4)
    await clients.told(20)
    client.goOn()
    const report = await draining
    expect(report).toMatchObject({ guarantee: 'lossless', synRecv: { left: 0 } })
    expect(report.synRecv?.most).toBeGreaterThan(0)
    expect(report.accepted).toBeGreaterThan(0)
    clients.forget()
    await clients.told(20)
    expect(await clients.stop()).toEqual(['next'])
  })

  test('says that it was left where the time is up', async () => {
    const old = await startMember('old', { host })
    const port = portOfServer(old)
    using _client = new HalfOpen(port)
    keep(await startMember('next', { host, port }))
    const report = await drain(old, { timeout: 30 })
    expect(report).toMatchObject({ guarantee: 'queue-empty', synRecv: { left: 1 }, steering: { used: true } })
    expect(report.reason).toMatch(/handshakes/)
  })
})
