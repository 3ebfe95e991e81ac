import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { type CauseKind, type Explanation, explainAddressInUse } from '../../lib/diag.js'
import { native } from '../../lib/native.js'
import { encodeAddress } from '../../lib/sockaddr.js'
import { unusedPort, useOwnNetwork } from '../sockets/network.js'
import { thrownBy } from '../support.js'
import { bound, connectError, connected, hasOwnNetwork, later, only, served, setSetting } from './situations.js'

useOwnNetwork()

const host = '127.0.0.1'
const needsNetwork = 'needs a network namespace, which takes root'

function kindsOf({ causes }: Explanation): CauseKind[] {
  return causes.map(({ kind }) => kind)
}

describe('explainAddressInUse, of a connect', () => {
  test('names the connection that has the four-tuple', async () => {
    const { port } = await served({ port: 0, host })
    const localPort = unusedPort()
    await connected({ port, host, localAddress: host, localPort })
    const error = await connectError({ port, host, localAddress: host, localPort })
    const cause = only('four-tuple', error)
    expect(cause).toMatchObject({ blocks: true, untilMs: undefined, owners: [{ pid: process.pid }] })
    expect(cause.sockets[0]).toMatchObject({ state: 'ESTABLISHED', localPort, remotePort: port })
  })

  test('names it after a probe too, whose bind succeeds where the connect fails', async () => {
    const { port: remotePort } = await served({ port: 0, host })
    const { socket, port } = bound({ address: host }, { reuseAddress: true })
    native.connect(socket.fd, encodeAddress('ipv4', { address: host, port: remotePort }))
    const what = { address: host, port, remoteAddress: host, remotePort, reuseAddress: true }
    expect(only('four-tuple', what)).toMatchObject({ blocks: true })
    const { blocks, explanation } = only('four-tuple', what, { probe: true })
    expect([blocks, explanation.probes.map(({ outcome }) => outcome)]).toEqual([true, ['ok']])
  })

  test.skipIf(!hasOwnNetwork)(`names the remnant that has the four-tuple (${needsNetwork})`, async () => {
    setSetting('ipv4/tcp_timestamps', '0')
    later(() => setSetting('ipv4/tcp_timestamps', '1'))
    const { port } = await served({ port: 0, host })
    const localPort = unusedPort()
    const first = await connected({ port, host, localAddress: host, localPort })
    const gone = once(first.resume(), 'close')
    first.end()
    await gone
    const error = await connectError({ port, host, localAddress: host, localPort })
    const cause = only('four-tuple', error)
    expect(cause).toMatchObject({ blocks: true, owners: [], sockets: [{ state: 'TIME_WAIT' }] })
    expect(cause.explanation.freeInMs).toBeGreaterThan(55_000)
    expect(cause.explanation.advice[0]?.kind).toBe('wait')
    setSetting('ipv4/tcp_timestamps', '1')
    expect(only('four-tuple', error).blocks).toBe('unknown')
  })

  test.skipIf(!hasOwnNetwork)(
    `names the range that is used up, for a connect and a bind (${needsNetwork})`,
    async () => {
      const { port } = await served({ port: 20000, host })
      const other = await served({ port: 20001, host })
      setSetting('ipv4/ip_local_port_range', '50000 50003')
      later(() => setSetting('ipv4/ip_local_port_range', '32768 60999'))
      for (let count = 0; count < 4; count++) await connected({ port, host })
      const cause = only('ephemeral-range', await connectError({ port, host }))
      expect(cause).toMatchObject({ blocks: true, holders: [{ state: 'ESTABLISHED', pid: process.pid, ports: 4 }] })
      expect(
        only(
          'ephemeral-range',
          thrownBy(() => bound({ address: host })),
        ),
      ).toMatchObject({ blocks: true })
      // To another server the same ports serve.
      await connected({ port: other.port, host })
      const free = explainAddressInUse({ remoteAddress: host, remotePort: other.port })
      expect([free.free, kindsOf(free)]).toEqual(['unknown', ['ephemeral-range']])
    },
  )

  test.skipIf(!hasOwnNetwork)(`names the lack of an address to connect from (${needsNetwork})`, async () => {
    setSetting('ipv6/conf/all/disable_ipv6', '1')
    later(() => setSetting('ipv6/conf/all/disable_ipv6', '0'))
    const error = await connectError({ port: 1, host: '::1' })
    expect(only('no-source-address', error).text).toMatch(/no IPv6 address at all/)
    expect(only('no-source-address', { remoteAddress: '::1', remotePort: 1 }).blocks).toBe(true)
  })
})
