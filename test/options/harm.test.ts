import dgram from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { getOption, setOption, setOptions } from '../../lib/index.js'
import { connectedPair, inProcess, thrownBy } from '../support.js'
import { openSocket } from './kinds.js'

const refused = { code: 'ERR_INVALID_ARG_VALUE' }
const families = [
  { type: 'udp4', host: '127.0.0.1', option: 'IP_RECVERR' },
  { type: 'udp6', host: '::1', option: 'IPV6_RECVERR' },
] as const

describe.each(families)('$option', ({ type, host, option }) => {
  test('is refused on a datagram socket of Node, unless it is forced', async () => {
    const socket = dgram.createSocket(type).bind(0, host)
    await once(socket, 'listening')
    expect(thrownBy(() => setOption(socket, option, true))).toMatchObject(refused)
    expect(thrownBy(() => setOptions(socket, { [option]: true }))).toMatchObject(refused)
    expect(getOption(socket, option)).toBe(false)
    setOption(socket, option, true, { force: true })
    setOption(socket, option, false)
    expect(getOption(socket, option)).toBe(false)
    socket.close()
  })

  test('is taken on a bare socket', () => {
    using socket = openSocket(type === 'udp4' ? 'udp' : 'udp6')
    setOption(socket, option, true)
    expect(getOption(socket, option)).toBe(true)
  })
})

test('IP_RECVERR is taken on a TCP socket of Node, which has no such queue', async () => {
  const { client, accepted, server } = await connectedPair()
  setOption(client, 'IP_RECVERR', true)
  expect(getOption(client, 'IP_RECVERR')).toBe(true)
  for (const one of [client, accepted]) one.destroy()
  server.close()
})

test('SO_LINGER with a time that hides when it is read again is refused', async () => {
  const { client, accepted, server } = await connectedPair()
  const changing = () => {
    let reads = 0
    return {
      on: true,
      get seconds() {
        return reads++ === 0 ? 5 : 0
      },
    }
  }
  expect(thrownBy(() => setOption(client, 'SO_LINGER', changing()))).toMatchObject(refused)
  expect(thrownBy(() => setOptions(client, { SO_LINGER: changing() }))).toMatchObject(refused)
  expect(getOption(client, 'SO_LINGER').on).toBe(false)
  for (const one of [client, accepted]) one.destroy()
  server.close()
})

/** Sends and stays for half a second, then reports the time that the processor spent meanwhile; or ends as Node ends it. */
function program(options: string): string {
  return `
    import dgram from 'node:dgram'
    const [sender, receiver] = [dgram.createSocket('udp4'), dgram.createSocket('udp4')]
    await new Promise((resolve) => receiver.bind(0, '127.0.0.1', resolve))
    await new Promise((resolve) => sender.bind(0, '127.0.0.1', resolve))
    sockctl.enableTimestamps(sender, ${options})
    sender.send('x', receiver.address().port, '127.0.0.1')
    receiver.send('y', sender.address().port, '127.0.0.1')
    await new Promise((resolve) => receiver.once('message', resolve))
    const start = process.cpuUsage()
    setTimeout(() => {
      const { user, system } = process.cpuUsage(start)
      report((user + system) / 500_000)
      process.exit()
    }, 500)`
}

describe('the event loop, half a second after a datagram', () => {
  test('rests with the times of received ones', async () => {
    expect(await inProcess<number>(program('{ receive: true }'))).toBeLessThan(0.1)
  })

  // Node.js 20 and 22 spin, 24 and 26 end the process: a Node that rests makes the refusal needless.
  test('spins or is no more with those of sent ones, which is why they take force', async () => {
    const load = await inProcess<number>(program('{ transmit: true, force: true }')).catch(() => undefined)
    if (load !== undefined) expect(load).toBeGreaterThan(0.1)
  })
})
