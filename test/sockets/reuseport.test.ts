import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { attachReuseportProgram, detachReuseportProgram, listen, setOptions, steerTo } from '../../lib/index.js'
import { openSocket } from '../options/kinds.js'
import { thrownBy } from '../support.js'
import { acceptAll } from './programs.js'

const rounds = 100

/** A group of three listeners on one port, which count the connections that each of them gets. */
async function makeGroup(host: string) {
  const counts = [0, 0, 0]
  const servers: net.Server[] = []
  const arrived = { all: 0, wake: () => {} }
  let port = 0
  for (const index of counts.keys()) {
    const server = net.createServer((socket) => {
      counts[index] = (counts[index] as number) + 1
      arrived.all++
      arrived.wake()
      socket.on('error', () => {}).resume()
    })
    await listen(server, { host, port, options: { SO_REUSEPORT: true } })
    port = (server.address() as net.AddressInfo).port
    servers.push(server)
  }
  /** Connects a hundred times, and tells how many connections each listener got. */
  const spread = async () => {
    counts.fill(0)
    arrived.all = 0
    const all = new Promise<void>((resolve) => {
      arrived.wake = () => (arrived.all === rounds ? resolve() : undefined)
    })
    for (let round = 0; round < rounds; round++) {
      const client = net.connect(port, host)
      await once(client, 'connect')
      // A reset leaves no port in TIME_WAIT, where the tests beside this one look for free ones.
      client.resetAndDestroy()
    }
    await all
    return [...counts]
  }
  const close = () => servers.map((server) => server.close())
  return { servers, spread, close }
}

describe('steerTo', () => {
  test.each(['127.0.0.1', '::1'])('sends all of 100 connections to %s to one member, whichever it is', async (host) => {
    const { servers, spread, close } = await makeGroup(host)
    for (const index of [0, 1, 2]) {
      // The program is the group's, whoever attaches it.
      attachReuseportProgram(servers[(index + 1) % 3] as net.Server, steerTo(index))
      expect(await spread()).toEqual([0, 1, 2].map((member) => (member === index ? rounds : 0)))
    }
    detachReuseportProgram(servers[0] as net.Server)
    for (const count of await spread()) expect(count).toBeGreaterThan(0)
    close()
  })

  test('leaves connections spread where nobody has the index', async () => {
    const { servers, spread, close } = await makeGroup('127.0.0.1')
    attachReuseportProgram(servers[0] as net.Server, steerTo(3))
    for (const count of await spread()) expect(count).toBeGreaterThan(0)
    close()
  })

  test('means the last member by the index of one that closed', async () => {
    const { servers, spread, close } = await makeGroup('127.0.0.1')
    attachReuseportProgram(servers[1] as net.Server, steerTo(0))
    servers[0]?.close()
    expect(await spread()).toEqual([0, 0, rounds])
    servers.splice(0, 1)
    close()
  })
})

describe('attachReuseportProgram', () => {
  test.each(['tcp', 'udp6'] as const)('is refused on a %s socket without SO_REUSEPORT', (kind) => {
    using socket = openSocket(kind)
    const error = thrownBy(() => attachReuseportProgram(socket, acceptAll))
    expect(error).toMatchObject({ code: 'EINVAL', syscall: 'setsockopt', option: 'SO_ATTACH_REUSEPORT_CBPF' })
  })

  test('works before bind, in one step with SO_REUSEPORT', () => {
    using socket = openSocket('udp')
    setOptions(socket, { SO_ATTACH_REUSEPORT_CBPF: acceptAll, SO_REUSEPORT: true })
    detachReuseportProgram(socket)
    expect(thrownBy(() => detachReuseportProgram(socket))).toHaveProperty('code', 'ENOENT')
  })
})
