import type net from 'node:net'
import { describe, expect, test } from 'vitest'
import { listenerOf } from '../../lib/adopt/drain/group.js'
import { findPosition } from '../../lib/adopt/drain/position.js'
import { tcpInfo } from '../../lib/diag.js'
import { fdOf } from '../../lib/handle.js'
import { drain, getOption, setOption } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { encodeAddress } from '../../lib/sockaddr.js'
import { BareSocket } from '../../lib/sockets/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { Clients, startMember } from './drains.js'
import { portOfServer } from './pairs.js'
import { keepServers } from './servers.js'

useOwnNetwork()

const keep = keepServers()

const places = [
  { what: '127.0.0.1', listen: '127.0.0.1', connect: '127.0.0.1' },
  { what: '0.0.0.0', listen: '0.0.0.0', connect: '127.0.0.1' },
  { what: '::1', listen: '::1', connect: '::1' },
  { what: 'both families, by IPv4', listen: '::', connect: '127.0.0.1' },
  { what: 'both families, by IPv6', listen: '::', connect: '::1' },
]

/** Starts listeners of one group, named by their place in it. */
async function startGroup(host: string, count: number) {
  const first = keep(await startMember('0', { host }))
  const port = portOfServer(first)
  const members = [first]
  for (let index = 1; index < count; index++) members.push(keep(await startMember(String(index), { host, port })))
  return { members, port }
}

describe('drain with a successor', () => {
  test.each(places)('loses nobody at $what', async ({ listen, connect }) => {
    const { members, port } = await startGroup(listen, 2)
    const [old] = members
    if (!old) throw new Error('no listener')
    const clients = new Clients({ host: connect, port }, 8)
    await clients.told(50)
    const report = await drain(old)
    await clients.told(50)
    expect(await clients.stop()).toEqual(['0', '1'])
    expect(report).toMatchObject({ guarantee: 'lossless', reason: undefined, dropped: 0, queue: { left: 0 } })
    expect(report.steering).toEqual({ used: true, members: 2, index: 0, undone: true, error: undefined })
    expect(report.filter).toEqual({ used: false, error: undefined })
    expect(old.listening).toBe(false)
  })

  test.each([0, 1, 2, 3])('keeps new connections away from member %i of four, and from no other', async (index) => {
    const { members, port } = await startGroup('127.0.0.1', 4)
    const old = members[index]
    if (!old) throw new Error('no listener')
    const clients = new Clients({ host: '127.0.0.1', port }, 8)
    const report = await drain(old)
    clients.forget()
    await clients.told(200)
    // The kernel spreads them as without a program.
    expect(await clients.stop()).toEqual(['0', '1', '2', '3'].filter((name) => name !== String(index)))
    expect(report).toMatchObject({ guarantee: 'lossless', steering: { members: 4, index, undone: true } })
  })

  test('drains one after the other of a group at the same time', async () => {
    const { members, port } = await startGroup('127.0.0.1', 5)
    const clients = new Clients({ host: '127.0.0.1', port }, 8)
    await clients.told(50)
    const reports = await Promise.all(members.slice(0, 3).map((member) => drain(member)))
    expect(reports.map(({ guarantee }) => guarantee)).toEqual(['lossless', 'lossless', 'lossless'])
    expect(reports.map(({ steering }) => steering.members).sort()).toEqual([3, 4, 5])
    clients.forget()
    await clients.told(100)
    expect(await clients.stop()).toEqual(['3', '4'])
  })

  test('finds its place after others have closed', async () => {
    const { members, port } = await startGroup('127.0.0.1', 4)
    members[0]?.close()
    // The last has taken the place of the first.
    const clients = new Clients({ host: '127.0.0.1', port }, 8)
    const reports = [await drain(members[3] as net.Server), await drain(members[2] as net.Server)]
    clients.forget()
    await clients.told(50)
    expect(await clients.stop()).toEqual(['1'])
    expect(reports).toMatchObject([{ steering: { index: 0 } }, { guarantee: 'lossless' }])
  })

  test('notices that another closes meanwhile', async () => {
    const { members, port } = await startGroup('127.0.0.1', 3)
    const clients = new Clients({ host: '127.0.0.1', port }, 8)
    const draining = drain(members[2] as net.Server)
    await clients.told(5)
    members[0]?.close()
    const report = await draining
    clients.forget()
    await clients.told(50)
    expect(await clients.stop()).toEqual(['1'])
    expect(report).toMatchObject({ guarantee: 'lossless' })
  })

  test('accepts who waits in the queue', async () => {
    const { members, port } = await startGroup('127.0.0.1', 2)
    // The first drain loads what it takes.
    await drain(keep(await startMember('', { host: '127.0.0.1' })))
    const clients = Array.from({ length: 20 }, () => new BareSocket('ipv4'))
    const destination = encodeAddress('ipv4', { address: '127.0.0.1', port })
    for (const client of clients) native.connect(client.fd, destination)
    const waiting = tcpInfo(members[0] as net.Server).unacked
    expect(waiting).toBeGreaterThan(0)
    const report = await drain(members[0] as net.Server)
    expect(report).toMatchObject({ guarantee: 'lossless', accepted: waiting })
    for (const client of clients) expect(tcpInfo(client).state).not.toBe('CLOSE')
    for (const client of clients) client.abort()
  })
})

describe('findPosition', () => {
  test.each(['127.0.0.1', '::1'])('waits for an answer at %s, and leaves the options as they were', async (host) => {
    const { members } = await startGroup(host, 3)
    const [hops, own] = host === '::1' ? (['IPV6_UNICAST_HOPS', 2] as const) : (['IP_TTL', 1] as const)
    const server = members[own] as net.Server
    const read = () => [getOption(server, hops), getOption(server, 'TCP_DEFER_ACCEPT')]
    const before = read()
    const listener = listenerOf(fdOf(server))
    if (!listener) throw new Error('no listener')
    expect(await findPosition({ server, listener, members: 3 }, [20])).toEqual({ index: own, members: 3 })
    expect(read()).toEqual(before)
  })

  test('gives up on a listener that answers with the largest hop limit anyway', async () => {
    const { members } = await startGroup('127.0.0.1', 2)
    setOption(members[0] as net.Server, 'IP_TTL', 255)
    const report = await drain(members[0] as net.Server)
    expect(report).toMatchObject({ guarantee: 'queue-empty', steering: { used: false, members: 2, undone: true } })
    expect(report.reason).toMatch(/place in the group/)
  })
})
