import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { longestRemaining } from '../../lib/diag/explain/remaining.js'
import { sharesPort } from '../../lib/diag/rules.js'
import type { InternetEntry } from '../../lib/diag.js'
import { setOptions } from '../../lib/index.js'
import { tcpStates, useOwnNetwork } from '../sockets/network.js'
import { connected, hasOwnNetwork, only, served, setSetting } from './situations.js'

useOwnNetwork()

const host = '127.0.0.1'

describe('explainAddressInUse, of a remnant in FIN_WAIT_2', () => {
  // Above a minute the kernel keeps the socket for what exceeds it, and then a remnant for as long again.
  test.skipIf(!hasOwnNetwork).each([
    ['60', 90, 'keepalive', 60_000],
    ['60', 120, 'keepalive', 120_000],
    ['90', 120, 'keepalive', 120_000],
    ['90', 5, 'timewait', 5000],
  ] as const)(
    'tells with tcp_fin_timeout %s and TCP_LINGER2 %i no less than it takes (needs a network namespace)',
    async (setting, TCP_LINGER2, timer, takes) => {
      setSetting('ipv4/tcp_fin_timeout', setting)
      const { port, server } = await served({ port: 0, host }, { allowHalfOpen: true })
      const accepted = once(server, 'connection')
      const client = await connected({ port, host })
      await accepted
      const { localPort = 0 } = client
      setOptions(client, { TCP_LINGER2 })
      client.destroy()
      await expect.poll(() => tcpStates(localPort)).toEqual(['FIN_WAIT_2'])
      const cause = only('fin-wait-2', { address: host, port: localPort })
      expect(cause.sockets[0]).toMatchObject({ timer })
      expect(cause.untilMs).toBeGreaterThan(takes - 4000)
      expect(cause.untilMs).toBeLessThanOrEqual(Math.max(takes, 5000) + 31_000)
      expect(cause.text).toMatch(timer === 'keepalive' ? /keeps it for at most/ : /keeps it for [\d.]+ s more/)
    },
  )

  test.skipIf(!hasOwnNetwork)('counts both spans of a long tcp_fin_timeout (needs a network namespace)', async () => {
    setSetting('ipv4/tcp_fin_timeout', '90')
    const { port, server } = await served({ port: 0, host }, { allowHalfOpen: true })
    const accepted = once(server, 'connection')
    const client = await connected({ port, host })
    await accepted
    const { localPort = 0 } = client
    client.destroy()
    await expect.poll(() => tcpStates(localPort)).toEqual(['FIN_WAIT_2'])
    const cause = only('fin-wait-2', { address: host, port: localPort })
    expect(cause.sockets[0]).toMatchObject({ timer: 'keepalive' })
    expect(cause.untilMs).toBeGreaterThan(55_000)
    expect(cause.untilMs).toBeLessThanOrEqual(61_000)
    expect(cause.text).toMatch(/keeps it for at most (5\d|60) s more/)
  })
})

describe('sharesPort', () => {
  const own = { protocol: 'tcp', reuseAddress: false, reusePort: true, uid: 1 } as const

  test.each([
    ['FIN_WAIT_2', undefined, 'unknown'],
    ['FIN_WAIT_2', 2, false],
    ['TIME_WAIT', undefined, true],
  ] as const)('says of a socket in %s of user %s: %s', (state, uid, expected) => {
    expect(sharesPort(own, { ...own, state, uid })).toBe(expected)
  })
})

describe('longestRemaining', () => {
  test('takes as many remnants as there may be', () => {
    const remnant = { state: 'TIME_WAIT', timer: 'timewait', timerMs: 5 } as InternetEntry
    expect(longestRemaining(Array<InternetEntry>(2 ** 20).fill(remnant))).toBe(5)
  })
})
