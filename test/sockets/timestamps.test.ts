import { spawnSync } from 'node:child_process'
import dgram from 'node:dgram'
import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { enableTimestamps, getOption, listen, setOption, setOptions, type TimestampOptions } from '../../lib/index.js'
import { openSocket } from '../options/kinds.js'
import { connectedPair, rejectionOf, thrownBy } from '../support.js'

const hasPython = spawnSync('python3', ['--version']).status === 0

/** Reads a datagram and its control messages, or with -e what is in the error queue, as JSON. */
const readProgram = `
import json, socket, struct, sys
sock = socket.socket(fileno=3)
sock.settimeout(5)
if 'e' in sys.argv[1]:
    sock.send(b'sent')
    import select
    poll = select.poll()
    poll.register(sock, 0)
    poll.poll(5000)
data, controls, flags, address = sock.recvmsg(100, 200, socket.MSG_ERRQUEUE if 'e' in sys.argv[1] else 0)
times = [struct.unpack('=qq', value[:16]) for level, kind, value in controls if (level, kind) == (1, 37)]
print(json.dumps({'data': data.decode('latin1'), 'seconds': [time[0] for time in times]}))
sock.detach()`

function readInPython(fd: number, how: string): { data: string; seconds: number[] } {
  const stdio = ['ignore', 'pipe', 'inherit', fd] as const
  const { stdout, status } = spawnSync('python3', ['-c', readProgram, how], { stdio: [...stdio] })
  expect(status).toBe(0)
  return JSON.parse(String(stdout))
}

describe('enableTimestamps', () => {
  test.each([
    [{ receive: true }, ['RX_SOFTWARE', 'SOFTWARE']],
    [{ transmit: true, timesOnly: true }, ['TX_SOFTWARE', 'SOFTWARE', 'OPT_TSONLY']],
    [{ schedule: true, numbered: true }, ['SOFTWARE', 'OPT_ID', 'TX_SCHED']],
    [{ acknowledge: true }, ['SOFTWARE', 'TX_ACK']],
    [{ receive: true, hardware: true }, ['RX_HARDWARE', 'RX_SOFTWARE', 'SOFTWARE', 'RAW_HARDWARE']],
    [{ hardware: true }, []],
    [{}, []],
  ] as const)('sets the flags of %j, in place of those before', (options, flags) => {
    using socket = openSocket('udp')
    setOption(socket, 'SO_TIMESTAMPING', { flags: ['OPT_CMSG'] })
    enableTimestamps(socket, options)
    expect(getOption(socket, 'SO_TIMESTAMPING')).toEqual({ flags, bindPhc: 0 })
  })

  test.skipIf(!hasPython)(
    `brings the time of what is received to another program${hasPython ? '' : ' (needs python3)'}`,
    () => {
      using receiver = openSocket('udp')
      using sender = openSocket('udp')
      receiver.bind({ address: '127.0.0.1' })
      sender.connect({ address: '127.0.0.1', port: receiver.address().port })
      enableTimestamps(receiver, { receive: true })
      const start = Math.floor(Date.now() / 1000)
      spawnSync('python3', ['-c', 'import socket; socket.socket(fileno=3).send(b"hello")'], {
        stdio: ['ignore', 'ignore', 'inherit', sender.fd],
      })
      const { data, seconds } = readInPython(receiver.fd, 'r')
      expect(data).toBe('hello')
      expect(seconds).toHaveLength(1)
      expect(seconds[0]).toBeGreaterThanOrEqual(start)
      expect(seconds[0]).toBeLessThanOrEqual(Date.now() / 1000)
    },
  )

  test.skipIf(!hasPython)(
    `brings the time of what is sent into the error queue${hasPython ? '' : ' (needs python3)'}`,
    () => {
      using receiver = openSocket('udp')
      using sender = openSocket('udp')
      receiver.bind({ address: '127.0.0.1' })
      sender.connect({ address: '127.0.0.1', port: receiver.address().port })
      enableTimestamps(sender, { transmit: true, timesOnly: true })
      const { data, seconds } = readInPython(sender.fd, 'e')
      expect(data).toBe('')
      expect(seconds[0]).toBeLessThanOrEqual(Date.now() / 1000)
    },
  )

  test.each([
    [undefined, 'ERR_INVALID_ARG_TYPE'],
    [{ receive: 1 }, 'ERR_INVALID_ARG_TYPE'],
    [{ transmit: true, force: 'yes' }, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %j: %s', (options, code) => {
    const error = thrownBy(() => enableTimestamps(19_999, options as unknown as TimestampOptions))
    expect(error).toHaveProperty('code', code)
  })

  test('says what the kernel says of numbers on a socket that is not connected', () => {
    using socket = openSocket('tcp')
    const error = thrownBy(() => enableTimestamps(socket, { transmit: true, numbered: true }))
    expect(error).toMatchObject({ code: 'EINVAL', syscall: 'setsockopt', option: 'SO_TIMESTAMPING' })
  })
})

describe("the times of sends on a socket of Node's", () => {
  const refused = { code: 'ERR_INVALID_ARG_VALUE' }

  test.each(['transmit', 'schedule', 'acknowledge'])('are refused: %s', async (name) => {
    const { client, accepted, server } = await connectedPair()
    const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    for (const target of [client, server, socket]) {
      expect(thrownBy(() => enableTimestamps(target, { [name]: true }))).toMatchObject(refused)
      expect(getOption(target, 'SO_TIMESTAMPING')).toEqual({ flags: [], bindPhc: 0 })
    }
    for (const one of [client, accepted]) one.destroy()
    server.close()
    socket.close()
  })

  test('are refused by each function that sets options', async () => {
    const { client, accepted, server } = await connectedPair()
    const value = { flags: ['TX_ACK'] } as const
    expect(thrownBy(() => setOption(client, 'SO_TIMESTAMPING_NEW', value))).toMatchObject(refused)
    expect(thrownBy(() => setOptions(client, { SO_TIMESTAMPING: value }))).toMatchObject(refused)
    const listening = listen(net.createServer(), { host: '127.0.0.1', options: { SO_TIMESTAMPING: value } })
    expect(await rejectionOf(listening)).toMatchObject(refused)
    for (const one of [client, accepted]) one.destroy()
    server.close()
  })

  test('can be forced, and received ones need no force', async () => {
    const { client, accepted, server } = await connectedPair()
    enableTimestamps(client, { transmit: true, force: true })
    expect(getOption(client, 'SO_TIMESTAMPING').flags).toContain('TX_SOFTWARE')
    enableTimestamps(client, { receive: true })
    client.write('still here')
    const [data] = (await once(accepted, 'data')) as [Buffer]
    expect(String(data)).toBe('still here')
    for (const one of [client, accepted]) one.destroy()
    server.close()
  })
})
