import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { BareSocket, getOption, type SocketLike, setOption, setOptions } from '../../lib/index.js'
import { closed, isRoot, thrownBy } from '../support.js'
import { connection, startConnect } from './connections.js'

const address = '127.0.0.1'
const why = isRoot ? '' : ' (needs root)'

/** The sequence number of a queue of a socket in repair. */
function sequenceOf(socket: SocketLike, queue: 'send' | 'receive'): number {
  setOption(socket, 'TCP_REPAIR_QUEUE', queue)
  expect(getOption(socket, 'TCP_REPAIR_QUEUE')).toBe(queue)
  return getOption(socket, 'TCP_QUEUE_SEQ')
}

/** All that makes up a connection on which nothing is under way. */
function takeApart(socket: net.Socket) {
  setOption(socket, 'TCP_REPAIR', 'on')
  const info = getOption(socket, 'TCP_INFO')
  return {
    sequences: { send: sequenceOf(socket, 'send'), receive: sequenceOf(socket, 'receive') },
    window: getOption(socket, 'TCP_REPAIR_WINDOW'),
    timestamp: getOption(socket, 'TCP_TIMESTAMP'),
    scales: { send: info.sendWindowScale, receive: info.receiveWindowScale },
    ports: { local: socket.localPort as number, remote: socket.remotePort as number },
  }
}

/** Puts it together again, on a socket that sends no SYN. */
function putTogether({ sequences, window, timestamp, scales, ports }: ReturnType<typeof takeApart>): BareSocket {
  const socket = new BareSocket('ipv4')
  setOptions(socket, { TCP_REPAIR: 'on', TCP_REPAIR_QUEUE: 'send', TCP_QUEUE_SEQ: sequences.send })
  setOptions(socket, { TCP_REPAIR_QUEUE: 'receive', TCP_QUEUE_SEQ: sequences.receive })
  setOption(socket, 'SO_REUSEADDR', true)
  socket.bind({ address, port: ports.local })
  expect(startConnect(socket, address, ports.remote)).toBe(0)
  setOptions(socket, {
    TCP_REPAIR_OPTIONS: { maxSegment: 1000, windowScale: scales, selectiveAcks: true, timestamps: true },
    TCP_REPAIR_WINDOW: window,
    TCP_TIMESTAMP: timestamp,
  })
  return socket
}

describe('a connection in repair', () => {
  test.skipIf(!isRoot)(`goes on on another socket, unseen by its peer${why}`, async () => {
    await using made = await connection({}, { localAddress: address })
    made.client.write('before')
    expect((await once(made.accepted, 'data')).toString()).toBe('before')
    const parts = takeApart(made.client)
    const gone = closed(made.client)
    made.client.destroy()
    await gone
    expect(getOption(made.accepted, 'TCP_INFO').state).toBe('ESTABLISHED')

    const restored = putTogether(parts)
    expect(getOption(restored, 'TCP_REPAIR_WINDOW')).toEqual(parts.window)
    const { state, sendWindowScale, receiveWindowScale, optionBits } = getOption(restored, 'TCP_INFO')
    // In repair this is what the peer takes.
    const maxSegment = getOption(restored, 'TCP_MAXSEG')
    const scales = { send: sendWindowScale, receive: receiveWindowScale }
    expect({ state, scales, maxSegment }).toEqual({ state: 'ESTABLISHED', scales: parts.scales, maxSegment: 1000 })
    // Timestamps, selective acknowledgements and scaled windows.
    expect(optionBits & 7).toBe(7)
    setOption(restored, 'TCP_REPAIR', 'off')
    const client = new net.Socket({ fd: restored.detach() })
    client.write('after')
    expect((await once(made.accepted, 'data')).toString()).toBe('after')
    made.accepted.write('answer')
    expect((await once(client, 'data')).toString()).toBe('answer')
    const ended = closed(client)
    client.destroy()
    await ended
  })
})

describe('outside of repair', () => {
  test.each([
    ['TCP_REPAIR_QUEUE', 'send', 'EPERM'],
    ['TCP_QUEUE_SEQ', 1, 'EPERM'],
    ['TCP_REPAIR_OPTIONS', { timestamps: true }, 'EINVAL'],
    ['TCP_TIMESTAMP', 1, 'EPERM'],
  ] as const)('%s cannot be set on a connection', async (name, value, code) => {
    await using made = await connection()
    const error = thrownBy(() => setOption(made.client, name, value))
    expect(error).toMatchObject({ code, syscall: 'setsockopt', option: name })
  })

  test('the clock of a connection can be read', async () => {
    await using made = await connection()
    expect(getOption(made.client, 'TCP_TIMESTAMP')).toBeGreaterThanOrEqual(0)
  })

  test.skipIf(!isRoot)(`a listener cannot be repaired${why}`, async () => {
    await using made = await connection()
    const error = thrownBy(() => setOption(made.server, 'TCP_REPAIR', 'on'))
    expect(error).toMatchObject({ code: 'EPERM', syscall: 'setsockopt', option: 'TCP_REPAIR' })
  })
})
