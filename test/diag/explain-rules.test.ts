import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { type CauseKind, type Explanation, explainAddressInUse } from '../../lib/diag.js'
import { bindReservedPort } from '../../lib/index.js'
import { BareSocket } from '../../lib/sockets/index.js'
import { unusedPort, useOwnNetwork } from '../sockets/network.js'
import { inProcess, isRoot, nobody, thrownBy } from '../support.js'
import {
  bound,
  connectError,
  connected,
  hasOwnNetwork,
  later,
  listenError,
  only,
  remnant,
  served,
  setSetting,
} from './situations.js'

useOwnNetwork()

const host = '127.0.0.1'
const needsNetwork = 'needs a network namespace, which takes root'

function kindsOf({ causes }: Explanation): CauseKind[] {
  return causes.map(({ kind }) => kind)
}

/** Runs `ip`, whose interfaces are those of the namespace. */
function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'ignore' })
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

describe('explainAddressInUse, of an address', () => {
  test('names an address that the host does not have', async () => {
    const cause = only('address-not-local', await listenError({ port: 0, host: '192.0.2.1' }))
    expect(cause).toMatchObject({ blocks: true, text: expect.stringContaining('127.0.0.1') })
    expect(cause.explanation.advice.map(({ kind }) => kind)).toEqual(['other-address', 'free-bind'])
    only('address-not-local', { address: '192.0.2.1', port: 8080 }, { probe: true })
  })

  test('names an address of the link that lacks its interface', async () => {
    only('zone-missing', await listenError({ port: 0, host: 'fe80::1' }))
    only('zone-missing', { address: 'fe80::1', port: 0 })
  })

  test.skipIf(!hasOwnNetwork)(`names an IPv6 address that is still being checked (${needsNetwork})`, async () => {
    ip('link', 'add', 'one', 'type', 'veth', 'peer', 'name', 'two')
    later(() => ip('link', 'del', 'one'))
    setSetting('ipv6/conf/one/dad_transmits', '60')
    for (const name of ['one', 'two']) ip('link', 'set', name, 'up')
    ip('-6', 'address', 'add', '2001:db8::5/64', 'dev', 'one')
    const error = await listenError({ port: 0, host: '2001:db8::5' })
    expect(only('address-tentative', error).text).toMatch(/on one but not usable/)
  })
})

describe('explainAddressInUse, of a privilege', () => {
  test.skipIf(!isRoot)('names a privileged port (needs root to become nobody)', async () => {
    const found = await inProcess<Explanation[]>(
      `import net from 'node:net'
       const server = net.createServer().listen(80, '127.0.0.1')
       server.on('error', (error) => report([
         diag.explainAddressInUse(error), diag.explainAddressInUse({ port: 80 }), diag.explainAddressInUse({ port: 1024 }),
         diag.explainAddressInUse({ port: 80 }, { probe: true })]))`,
      nobody,
    )
    expect(found.map(kindsOf)).toEqual([['privileged-port'], ['privileged-port'], ['nothing'], ['privileged-port']])
    expect(found.map(({ free }) => free)).toEqual([false, false, true, false])
  })

  test.skipIf(!isRoot)('names a reuse group of another user (needs root to become nobody)', async () => {
    const { port } = bound({ address: host }, { reusePort: true })
    const program = `report(diag.explainAddressInUse({ address: '${host}', port: ${port}, reusePort: true }))`
    // Nobody cannot read the flags of a socket of root.
    const theirs = await inProcess<Explanation>(program, nobody)
    expect(theirs.causes).toMatchObject([{ kind: 'bound', blocks: true, reusePort: 'unknown', owners: [] }])
    expect(theirs.causes[0]?.text).toMatch(/user 0/)
    const explained = await inProcess<Explanation>(
      `process.seteuid(${nobody})
       const fd = new sockctl.BareSocket('ipv4')
       sockctl.setOption(fd, 'SO_REUSEPORT', true)
       fd.bind({ address: '${host}' })
       const { port } = fd.address()
       process.seteuid(0)
       report(diag.explainAddressInUse({ address: '${host}', port, reusePort: true }))`,
    )
    expect(kindsOf(explained)).toEqual(['other-user-group'])
    expect(explained.free).toBe(false)
  })

  test.skipIf(!isRoot)('names reserved ports that are used up, and who has them (needs root)', () => {
    for (let port = 700; port <= 703; port++) bound({ address: host, port })
    const options = { address: host, low: 700, high: 703 }
    const error = thrownBy(() => {
      using socket = new BareSocket('ipv4')
      bindReservedPort(socket, options)
    })
    const cause = only('reserved-ports', error)
    expect(cause).toMatchObject({ blocks: true, holders: [{ state: 'BOUND', pid: process.pid, ports: 4 }] })
    expect(cause.text).toMatch(/700 to 703, 4 are in use/)
  })
})

describe('explainAddressInUse', () => {
  test('looks into an AggregateError, and into what caused an error', async () => {
    const { port } = await served({ port: 0, host })
    const error = await listenError({ port, host })
    const other = Object.assign(new Error('refused'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
      address: host,
      port: 1,
    })
    only('listener', new AggregateError([other, error]))
    only('listener', new Error('it failed', { cause: error }))
    expect(thrownBy(() => explainAddressInUse(other)).code).toBe('ERR_INVALID_ARG_VALUE')
  })

  test.each([
    [undefined, 'ERR_INVALID_ARG_TYPE'],
    [{ port: 70000 }, 'ERR_SOCKET_BAD_PORT'],
    [{ address: 'localhost', port: 1 }, 'ERR_INVALID_IP_ADDRESS'],
    [{ path: '/x', port: 1 }, 'ERR_INVALID_ARG_VALUE'],
    [{ prot: 1 }, 'ERR_INVALID_ARG_VALUE'],
    [{ port: 1, reuseAddress: 'yes' }, 'ERR_INVALID_ARG_TYPE'],
    [{ remoteAddress: '127.0.0.1' }, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %j', (what, code) => {
    expect(thrownBy(() => explainAddressInUse(what as never)).code).toBe(code)
  })

  test('gives plain objects', async () => {
    const port = await remnant('client')
    const explanation = explainAddressInUse({ port }, { probe: true })
    expect(structuredClone(explanation)).toEqual(explanation)
  })
})
