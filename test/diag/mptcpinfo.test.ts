import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { mptcpInfo, mptcpSubflows, tcpInfo } from '../../lib/diag.js'
import { BareSocket, getOption, type MptcpInfo, type Protocol } from '../../lib/index.js'
import { startConnect } from '../options/connections.js'
import { whyNoSocket } from '../options/kinds.js'
import { thrownBy } from '../support.js'

const why = whyNoSocket('mptcp')

/** A connection whose ends speak MPTCP or plain TCP each. */
async function connection(client: Protocol, server: Protocol, host = '127.0.0.1') {
  const family = host.includes(':') ? 'ipv6' : 'ipv4'
  const [listener, socket] = [new BareSocket(family, 'stream', server), new BareSocket(family, 'stream', client)]
  listener.listen(5, { address: host })
  const port = listener.address().port as number
  const acceptor = net.createServer().listen({ fd: listener.detach() })
  const arrival = once(acceptor, 'connection') as Promise<[net.Socket]>
  startConnect(socket, host, port)
  const [accepted] = await arrival
  const connected = new net.Socket({ fd: socket.detach() })
  const close = () => {
    for (const one of [connected, accepted]) one.destroy()
    acceptor.close()
  }
  return { connected, accepted, port, close }
}

describe.skipIf(why)(`mptcpInfo${why}`, () => {
  test('tells of a socket that is not connected', () => {
    using socket = new BareSocket('ipv4', 'stream', 'mptcp')
    expect(mptcpInfo(socket)).toMatchObject({ fallback: false, remoteKeyReceived: false, extraSubflows: 0 })
    expect(mptcpSubflows(socket)).toEqual([])
  })

  test('tells what goes through an MPTCP connection', async () => {
    const { connected, accepted, close } = await connection('mptcp', 'mptcp')
    connected.write(Buffer.alloc(10_000))
    for (let received = 0; received < 10_000; ) received += ((await once(accepted, 'data')) as [Buffer])[0].length
    await vi.waitFor(() => expect(mptcpInfo(connected)).toHaveProperty('bytesAcked', 10_000n), 50_000)
    const [sender, receiver] = [connected, accepted].map((socket) => getOption(socket, 'MPTCP_INFO')) as [
      MptcpInfo,
      MptcpInfo,
    ]
    expect(mptcpInfo(accepted)).toMatchObject({ fallback: false, token: receiver.token })
    for (const info of [sender, receiver]) {
      expect(info).toMatchObject({ fallback: false, remoteKeyReceived: true, extraSubflows: 0, subflows: 1 })
      expect(info.token).toBeGreaterThan(0)
    }
    expect(sender.token).not.toBe(receiver.token)
    expect(sender).toMatchObject({ bytesSent: 10_000n, bytesReceived: 0n, retransmits: 0 })
    expect(receiver).toMatchObject({ bytesSent: 0n, bytesReceived: 10_000n })
    expect(sender.unacknowledgedSequence).toBe(sender.writeSequence)
    expect(receiver.receiveSequence).toBe(sender.writeSequence)
    expect(sender.lastDataSentMs).toBeLessThan(5000)
    expect(getOption(connected, 'MPTCP_FULL_INFO')).toMatchObject({ currentSubflows: 1, token: sender.token })
    close()
  })

  test('tells apart a connection that fell back to TCP, since its server knows no MPTCP', async () => {
    const { connected, accepted, close } = await connection('mptcp', 'tcp')
    expect(mptcpInfo(connected)).toEqual({ fallback: true })
    expect(mptcpSubflows(connected)).toEqual([])
    expect(tcpInfo(connected).state).toBe('ESTABLISHED')
    expect(thrownBy(() => mptcpInfo(accepted))).toHaveProperty('code', 'ERR_SOCKCTL_UNSUPPORTED')
    close()
  })

  test('is not supported on what an MPTCP listener accepts from a plain client', async () => {
    const { connected, accepted, close } = await connection('tcp', 'mptcp')
    for (const socket of [connected, accepted]) {
      const error = thrownBy(() => mptcpInfo(socket))
      expect(error).toMatchObject({ code: 'ERR_SOCKCTL_UNSUPPORTED', option: 'MPTCP_INFO' })
    }
    close()
  })
})

describe.skipIf(why)(`mptcpSubflows${why}`, () => {
  test.each(['127.0.0.1', '::1'])('tells both ends of the first subflow of %s, and its TCP_INFO', async (host) => {
    const { connected, accepted, port, close } = await connection('mptcp', 'mptcp', host)
    connected.write(Buffer.alloc(1000))
    await once(accepted, 'data')
    const [subflow, ...more] = mptcpSubflows(connected)
    expect(more).toEqual([])
    expect(subflow?.remote).toMatchObject({ address: host, port })
    expect(subflow?.local).toMatchObject({ address: host, port: accepted.remotePort })
    expect(subflow?.info).toMatchObject({ state: 'ESTABLISHED', pathMtu: tcpInfo(connected).pathMtu })
    expect(Number(subflow?.info.bytesSent)).toBeGreaterThanOrEqual(1000)
    expect(mptcpSubflows(accepted)[0]).toMatchObject({ local: subflow?.remote, remote: subflow?.local })
    close()
  })
})
