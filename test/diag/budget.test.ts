import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { type BudgetOptions, connectionBudget } from '../../lib/diag.js'
import { abort, type ConnectOptions, connect } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { thrownBy } from '../support.js'
import { hasOwnNetwork, later, served, setSetting } from './situations.js'

useOwnNetwork()

const host = '127.0.0.1'
const needsNetwork = 'needs a network namespace, which takes root'
const settings = {
  ip_local_port_range: { low: 50_000, high: 50_019 },
  ip_local_reserved_ports: [],
  tcp_tw_reuse: 0,
  tcp_tw_reuse_delay: 1000,
  tcp_timestamps: 1,
  tcp_max_tw_buckets: 10_000,
} as const

function budget(options: BudgetOptions = {}, changed: BudgetOptions['settings'] = {}) {
  return connectionBudget({ ...options, settings: { ...settings, ...changed } })
}

/** Closes a connection first, and waits until it is closed. */
async function end(options: ConnectOptions, close: 'we-first' | 'abort'): Promise<void> {
  const socket = await connect(options)
  const gone = once(socket.resume(), 'close')
  if (close === 'abort') abort(socket)
  else socket.end()
  await gone
}

/** Opens connections until none is to be had, or so many were. */
async function burst(options: ConnectOptions, close: 'we-first' | 'abort', most: number): Promise<number> {
  for (let made = 0; made < most; made++) {
    try {
      await end(options, close)
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('EADDRNOTAVAIL')
      return made
    }
  }
  return most
}

/** A server in a network with the settings above, its clients' ports all free. */
async function smallNetwork(port: number) {
  setSetting('ipv4/ip_local_port_range', '50000 50019')
  setSetting('ipv4/tcp_tw_reuse', '0')
  later(() => setSetting('ipv4/ip_local_port_range', '32768 60999'))
  await served({ port, host })
  return { port, host }
}

describe('connectionBudget', () => {
  test('divides the ports by how long one is kept', () => {
    expect(budget()).toMatchObject({ atOnce: 20, burst: 20, perSecond: 20 / 60, heldMs: 60_000, limit: 'time-wait' })
    expect(budget({ durationMs: 40_000 }).perSecond).toBe(0.2)
    expect(budget().perSecondLeast).toBe(20 / 65.12)
    expect(budget({ localAddress: ['10.0.0.1', '10.0.0.2'], latePort: true })).toMatchObject({ atOnce: 40, burst: 40 })
    for (const close of ['peer-first', 'abort'] as const) {
      expect(budget({ close })).toMatchObject({ burst: undefined, perSecond: undefined, heldMs: 0, limit: 'none' })
      expect(budget({ close, durationMs: 1000 })).toMatchObject({
        perSecond: 20,
        perSecondLeast: 20,
        limit: 'connections',
      })
    }
  })

  test('reckons with the takeover of remnants where it happens', () => {
    const heldMs = (options: BudgetOptions, changed: BudgetOptions['settings']) => budget(options, changed).heldMs
    expect(heldMs({ remoteAddress: '10.0.0.1' }, { tcp_tw_reuse: 1 })).toBe(1000)
    expect(heldMs({ remoteAddress: '10.0.0.1' }, { tcp_tw_reuse: 2 })).toBe(60_000)
    expect(heldMs({ remoteAddress: '::1' }, { tcp_tw_reuse: 2 })).toBe(1000)
    expect(heldMs({ remoteAddress: '::1' }, { tcp_tw_reuse: 2, tcp_timestamps: 0 })).toBe(60_000)
    expect(heldMs({ localAddress: '10.0.0.1' }, { tcp_tw_reuse: 1 })).toBe(60_000)
    expect(heldMs({ localPort: 700, reuseAddress: true }, {})).toBe(0)
  })

  test('reckons with limits of ports and of remnants', () => {
    expect(budget({}, { ip_local_reserved_ports: [{ low: 1, high: 50_004 }] }).atOnce).toBe(15)
    expect(budget({ localPortRange: { low: 50_010, high: 0 } }).atOnce).toBe(10)
    expect(budget({ localPortRange: { low: 1, high: 2 } }).atOnce).toBe(20)
    expect(budget({}, { tcp_max_tw_buckets: 5 })).toMatchObject({ burst: undefined, perSecond: undefined })
    expect(budget({ durationMs: 1000 }, { tcp_max_tw_buckets: 5 }).perSecond).toBe(15)
  })

  test.skipIf(!hasOwnNetwork)(`is what a client meets that closes first (${needsNetwork})`, async () => {
    const target = await smallNetwork(20_000)
    const options = { remoteAddress: host, remotePort: target.port }
    const before = connectionBudget(options)
    expect(before.held).toEqual({ timeWait: 0, live: 0, bound: 0, free: 20, nextFreeMs: undefined })
    expect(await burst(target, 'we-first', 60)).toBe(before.burst)
    const { held } = connectionBudget(options)
    expect(held).toMatchObject({ timeWait: 20, live: 0, free: 0 })
    expect(held?.nextFreeMs).toBeGreaterThan(50_000)
  })

  test.skipIf(!hasOwnNetwork)(`goes on for a client that aborts (${needsNetwork})`, async () => {
    const target = await smallNetwork(20_001)
    const { burst: limit } = connectionBudget({ remoteAddress: host, remotePort: target.port })
    const closeLimit = limit ?? 0
    expect(closeLimit).toBe(20)
    expect(await burst(target, 'abort', 10 * closeLimit)).toBe(10 * closeLimit)
    expect(await burst(target, 'we-first', 10 * closeLimit)).toBe(closeLimit)
    expect(await burst(target, 'abort', 1)).toBe(0)
  })

  test.each([
    [{ remoteAddress: 'nowhere' }, 'ERR_INVALID_IP_ADDRESS'],
    [{ remotePort: 70_000 }, 'ERR_SOCKET_BAD_PORT'],
    [{ close: 'never' }, 'ERR_INVALID_ARG_VALUE'],
    [{ durationMs: -1 }, 'ERR_OUT_OF_RANGE'],
    [{ settings: { tcp_tw_reuse: 3 } }, 'ERR_INVALID_ARG_VALUE'],
    [{ settings: { unheard: 3 } }, 'ERR_INVALID_ARG_VALUE'],
    [{ settings: { ip_local_port_range: 5 } }, 'ERR_INVALID_ARG_TYPE'],
    [{ localPort: [] }, 'ERR_INVALID_ARG_VALUE'],
    ['text', 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %o', (options, code) => {
    expect(thrownBy(() => connectionBudget(options as BudgetOptions)).code).toBe(code)
  })
})
