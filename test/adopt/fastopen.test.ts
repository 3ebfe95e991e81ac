import { once } from 'node:events'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { beforeAll, describe, expect, test } from 'vitest'
import { connect, getRawOption, listen } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { isRoot } from '../support.js'
import { counter } from './counters.js'
import { setSysctl } from './neighbour.js'
import { portOfServer } from './pairs.js'
import { keepServers } from './servers.js'

useOwnNetwork()

const keep = keepServers()
const why = isRoot ? '' : ' (needs root)'

/** The SYNs with data that were sent and taken in this network namespace. */
function fastOpens(): { active: number; passive: number } {
  return { active: counter('TcpExt', 'TCPFastOpenActive'), passive: counter('TcpExt', 'TCPFastOpenPassive') }
}

const [ipprotoTcp, tcpInfo] = [6, 11]
const optionsAt = 5
const optSynData = 32

/** Whether the other side acknowledged data that came in the SYN: TCPI_OPT_SYN_DATA of linux/tcp.h. */
function hadSynData(socket: net.Socket): boolean {
  return ((getRawOption(socket, ipprotoTcp, tcpInfo, 8)[optionsAt] as number) & optSynData) !== 0
}

describe.skipIf(why).each(['127.0.0.1', '::1'])(`TCP Fast Open on both sides at %s${why}`, (host) => {
  beforeAll(() => setSysctl('ipv4/tcp_fastopen', 3))

  async function converse(port: number): Promise<boolean> {
    const client = await connect({ host, port, options: { TCP_FASTOPEN_CONNECT: true } })
    client.write('a request')
    const [data] = await once(client, 'data')
    expect(String(data)).toBe('A REQUEST')
    const was = hadSynData(client)
    const gone = once(client, 'close')
    client.end()
    await gone
    return was
  }

  test('sends the first write with the SYN, once it has a cookie', async () => {
    const server = keep(
      net.createServer((socket) => socket.on('data', (data) => socket.write(String(data).toUpperCase()))),
    )
    await listen(server, { host, options: { TCP_FASTOPEN: 16 } })
    const port = portOfServer(server)
    const before = fastOpens()
    // The first connection asks for the cookie.
    expect(await converse(port)).toBe(false)
    for (let round = 0; round < 3; round++) expect(await converse(port)).toBe(true)
    const { active, passive } = fastOpens()
    expect({ active: active - before.active, passive: passive - before.passive }).toEqual({ active: 3, passive: 3 })
  })

  test('falls back where the server does without', async () => {
    const server = keep(net.createServer((socket) => socket.resume().end('hello')))
    await listen(server, { host })
    const before = fastOpens()
    const client = await connect({ host, port: portOfServer(server), options: { TCP_FASTOPEN_CONNECT: true } })
    client.write('a request')
    expect(await text(client)).toBe('hello')
    expect(fastOpens().passive).toBe(before.passive)
  })
})
