import { once } from 'node:events'
import type net from 'node:net'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { tcpInfo } from '../../lib/diag.js'
import { BareSocket, getOption, getRawOption, type SocketLike, type TcpInfo } from '../../lib/index.js'
import { decodeTcpInfo, tcpInfoSize, tcpStateName } from '../../lib/options/tcpinfo.js'
import { closed, thrownBy } from '../support.js'
import { connection, fillQueue, startConnect } from './connections.js'

function stateOf(target: SocketLike): string {
  return getOption(target, 'TCP_INFO').state
}

describe('the state in TCP_INFO', () => {
  test('is CLOSE, then LISTEN', () => {
    using socket = new BareSocket('ipv4')
    expect(stateOf(socket)).toBe('CLOSE')
    socket.bind({ address: '127.0.0.1' })
    expect(stateOf(socket)).toBe('CLOSE')
    socket.listen()
    expect(stateOf(socket)).toBe('LISTEN')
  })

  test('is SYN_SENT while a full queue leaves the SYN unanswered', () => {
    using listener = new BareSocket('ipv4')
    using filler = new BareSocket('ipv4')
    using socket = new BareSocket('ipv4')
    startConnect(socket, '127.0.0.1', fillQueue(listener, filler))
    expect(stateOf(filler)).toBe('ESTABLISHED')
    expect(stateOf(socket)).toBe('SYN_SENT')
  })

  test('is ESTABLISHED, then FIN_WAIT_2 on one side and CLOSE_WAIT on the other', async () => {
    await using made = await connection()
    expect([made.client, made.accepted].map(stateOf)).toEqual(['ESTABLISHED', 'ESTABLISHED'])
    made.accepted.resume()
    made.client.end()
    await once(made.accepted, 'end')
    expect(stateOf(made.accepted)).toBe('CLOSE_WAIT')
    expect(stateOf(made.server)).toBe('LISTEN')
    // Until the FIN is acknowledged, a moment later, it is FIN_WAIT_1.
    expect(['FIN_WAIT_1', 'FIN_WAIT_2']).toContain(stateOf(made.client))
    await vi.waitFor(() => expect(stateOf(made.client)).toBe('FIN_WAIT_2'), 50_000)
  })

  test('is CLOSE when a SYN that nobody answered is taken back', () => {
    using listener = new BareSocket('ipv4')
    using filler = new BareSocket('ipv4')
    using socket = new BareSocket('ipv4')
    startConnect(socket, '127.0.0.1', fillQueue(listener, filler))
    socket.shutdown('both')
    expect(stateOf(socket)).toBe('CLOSE')
  })

  test('is CLOSE after a reset', async () => {
    await using made = await connection()
    using socket = new BareSocket('ipv4')
    const arrival = once(made.server, 'connection') as Promise<[net.Socket]>
    startConnect(socket, '127.0.0.1', (made.server.address() as net.AddressInfo).port)
    const [accepted] = await arrival
    expect(stateOf(socket)).toBe('ESTABLISHED')
    const gone = closed(accepted)
    accepted.resetAndDestroy()
    await gone
    expect(stateOf(socket)).toBe('CLOSE')
  })
})

describe('the counters in TCP_INFO', () => {
  test('grow with what goes through', async () => {
    await using made = await connection()
    const infos = () => [made.client, made.accepted].map(tcpInfo) as [TcpInfo, TcpInfo]
    const before = infos()
    made.client.write(Buffer.alloc(10_000))
    for (let received = 0; received < 10_000; ) {
      const [chunk] = (await once(made.accepted, 'data')) as [Buffer]
      received += chunk.length
    }
    const [client, accepted] = infos()
    expect(Number(client.bytesSent) - Number(before[0].bytesSent)).toBe(10_000)
    expect(Number(accepted.bytesReceived) - Number(before[1].bytesReceived)).toBe(10_000)
    expect(client.segmentsOut).toBeGreaterThan(before[0].segmentsOut as number)
    expect(accepted.segmentsIn).toBeGreaterThan(before[1].segmentsIn as number)
    expect(accepted.dataSegmentsIn).toBeGreaterThan(0)
    expect(client.dataSegmentsOut).toBe(accepted.dataSegmentsIn)
  })

  test('count the accept queue of a listener, and its limit', async () => {
    using listener = new BareSocket('ipv4')
    listener.listen(5, { address: '127.0.0.1' })
    const clients = [1, 2, 3].map(() => new BareSocket('ipv4'))
    for (const client of clients) startConnect(client, '127.0.0.1', listener.address().port as number)
    expect(tcpInfo(listener)).toMatchObject({ unacked: 3, sacked: 5 })
    for (const client of clients) client.close()
  })

  test('have plausible times, sizes and windows', async () => {
    await using made = await connection()
    made.client.write('x')
    await once(made.accepted, 'data')
    const info = getOption(made.client, 'TCP_INFO')
    for (const name of ['rtoUs', 'sendMss', 'pathMtu', 'rttUs', 'congestionWindow', 'advertisedMss'] as const) {
      expect(info[name]).toBeGreaterThan(0)
    }
    expect(info.rtoUs).toBeGreaterThanOrEqual(info.rttUs as number)
    expect(info.sendMss).toBeLessThan(info.pathMtu as number)
    expect(info.lastDataSentMs).toBeLessThan(5000)
    expect(info.maxPacingRate).toBe(Number.POSITIVE_INFINITY)
    const agreed = getOption(made.accepted, 'TCP_INFO').receiveWindowScale
    expect(info.sendWindowScale).toBe(agreed)
  })

  test('say how often a lost SYN was sent again', async () => {
    using listener = new BareSocket('ipv4')
    using filler = new BareSocket('ipv4')
    using socket = new BareSocket('ipv4')
    startConnect(socket, '127.0.0.1', fillQueue(listener, filler))
    await vi.waitFor(() => expect(tcpInfo(socket).totalRetransmits).toBeGreaterThan(0), 50_000)
    expect(tcpInfo(socket).retransmits).toBeGreaterThan(0)
  })
})

describe('getOption', () => {
  test.each([
    ['ipv4', 'datagram'],
    ['unix', 'stream'],
  ] as const)('has no TCP_INFO of a socket of %s and %s', (family, type) => {
    using socket = new BareSocket(family, type)
    expect(thrownBy(() => getOption(socket, 'TCP_INFO'))).toHaveProperty('code', 'ERR_SOCKCTL_UNSUPPORTED')
  })

  test('makes room for all that the kernel has', () => {
    using socket = new BareSocket('ipv4')
    expect(getRawOption(socket, 6, 11, 4096).length).toBeLessThanOrEqual(tcpInfoSize)
  })
})

describe('decodeTcpInfo', () => {
  test('reads as much as an old kernel wrote, and leaves the rest undefined', async () => {
    await using made = await connection()
    const bytes = getRawOption(made.client, 6, 11, tcpInfoSize)
    const whole = decodeTcpInfo(bytes)
    for (let length = 0; length <= bytes.length; length++) {
      const part = decodeTcpInfo(bytes.subarray(0, length))
      const { state, ...numbers } = part
      if (length > 0) expect(state).toBe('ESTABLISHED')
      if (length >= 8) expect(whole).toMatchObject(numbers)
      expect(Object.keys(part).length).toBeLessThanOrEqual(Object.keys(whole).length)
    }
    // struct tcp_info of Linux 2.6: everything up to the retransmissions, and nothing else.
    const old = decodeTcpInfo(bytes.subarray(0, 104))
    expect(old).toHaveProperty('totalRetransmits')
    expect(old).not.toHaveProperty('pacingRate')
  })

  test('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const info = decodeTcpInfo(bytes)
        for (const [name, value] of Object.entries(info)) {
          if (name === 'state') expect(value).toBeTypeOf('string')
          else if (name !== 'deliveryRateAppLimited') expect(value).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })

  test('reads bytes that begin in the middle of a larger memory', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 300 }), fc.nat(50), (bytes, offset) => {
        const memory = new Uint8Array(bytes.length + offset)
        memory.set(bytes, offset)
        expect(decodeTcpInfo(memory.subarray(offset))).toEqual(decodeTcpInfo(bytes))
      }),
    )
  })
})

describe('tcpStateName', () => {
  test('has a name for each number of the kernel, and one for all others', () => {
    const names = Array.from({ length: 13 }, (_, number) => tcpStateName(number))
    expect(new Set(names).size).toBe(13)
    for (const number of [13, 255, -1, 1.5]) expect(tcpStateName(number)).toBe('UNKNOWN')
  })
})
