import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { containerOf, unitOf } from '../../lib/diag/explain/owners.js'
import { type Cause, type CauseKind, type Explanation, explainAddressInUse } from '../../lib/diag.js'
import { bindReservedPort } from '../../lib/index.js'
import { BareSocket } from '../../lib/sockets/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { built, inProcess, isRoot, nobody, thrownBy } from '../support.js'
import { bound, hasOwnNetwork, later, listenError, only, remnant, setSetting } from './situations.js'

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

describe('explainAddressInUse, of an address', () => {
  test('names an address that the host does not have', async () => {
    const cause = only('address-not-local', await listenError({ port: 0, host: '192.0.2.1' }))
    expect(cause).toMatchObject({ blocks: true, text: expect.stringContaining('127.0.0.1') })
    expect(cause.explanation.advice.map(({ kind }) => kind)).toEqual(['other-address', 'free-bind'])
    only('address-not-local', { address: '192.0.2.1', port: 8080 }, { probe: true })
    // The error of a bind does not tell the protocol, and here it does not matter.
    const error = thrownBy(() => bound({ address: '192.0.2.1' }))
    expect(only('address-not-local', error)).toMatchObject({ blocks: true })
  })

  test('names an address of the link that lacks its interface', async () => {
    only('zone-missing', await listenError({ port: 0, host: 'fe80::1' }))
    only('zone-missing', { address: 'fe80::1', port: 0 })
  })

  test('names an interface that does not exist', () => {
    for (const address of ['fe80::1%nope', '::1%nope']) {
      expect(thrownBy(() => bound({ address })).code).toBe('ENODEV')
      for (const probe of [false, true]) {
        expect(only('zone-missing', { address, port: 8080 }, { probe })).toMatchObject({ blocks: true })
      }
    }
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

/** Runs a program as nobody, with every capability in a user namespace that owns no network namespace. */
function inUserNamespace(...args: string[]) {
  const who = { uid: nobody, gid: nobody }
  return spawnSync('unshare', ['--user', '--map-root-user', ...args], { ...who, encoding: 'utf8' })
}

const hasUserNamespaces = isRoot && inUserNamespace('true').status === 0
const needsUsers = 'needs root to become nobody, who may make one'

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

  test.skipIf(!hasUserNamespaces)(`doubts a capability of a user namespace (${needsUsers})`, () => {
    const program = `
      import { explainAddressInUse } from '${built}diag.js'
      console.log(JSON.stringify([{}, { probe: true }].map((options) => explainAddressInUse({ port: 80 }, options))))`
    const { stdout } = inUserNamespace(process.execPath, '--input-type=module', '--eval', program)
    const found = JSON.parse(stdout) as Explanation[]
    expect(found.map(kindsOf)).toEqual([['privileged-port'], ['privileged-port']])
    expect(found.map(({ free }) => free)).toEqual(['unknown', false])
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

/**
 * Runs a program that Landlock keeps from every bind of a TCP socket (LANDLOCK_ACCESS_NET_BIND_TCP), as a security module
 * may; undefined where this kernel has no Landlock that does so.
 */
const underLandlock = `
import ctypes, os, sys
libc = ctypes.CDLL(None)
handled = (ctypes.c_uint64 * 2)(0, 1)
ruleset = libc.syscall(444, handled, ctypes.sizeof(handled), 0)
if ruleset < 0 or libc.prctl(38, 1, 0, 0, 0) or libc.syscall(446, ruleset, 0): sys.exit(3)
if sys.argv[1:]: os.execv(sys.argv[1], sys.argv[1:])`

const python = (...args: string[]) => spawnSync('python3', ['-c', underLandlock, ...args], { encoding: 'utf8' })
const hasLandlock = python().status === 0

describe('containerOf', () => {
  test.each([
    [`0::/system.slice/docker-${'a'.repeat(64)}.scope`, 'docker', 'a'.repeat(64)],
    [
      `0::/user.slice/user-1000.slice/user@1000.service/libpod-${'b'.repeat(64)}.scope/container`,
      'podman',
      'b'.repeat(64),
    ],
    [`12:pids:/docker/${'c'.repeat(64)}\n0::/`, 'docker', 'c'.repeat(64)],
    [`0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${'d'.repeat(64)}.scope`, 'containerd', 'd'.repeat(64)],
    ['0::/lxc.payload.web/system.slice/nginx.service', 'lxc', 'web'],
    ['0::/machine.slice/systemd-nspawn@build.service/payload', 'systemd-nspawn', 'build'],
  ])('reads %s', (text, runtime, id) => {
    expect(containerOf(text)).toEqual({ runtime, id })
  })

  test('knows a process that is in none, and its unit', () => {
    expect(containerOf('0::/system.slice/nginx.service')).toBeUndefined()
    expect(unitOf('0::/system.slice/nginx.service')).toBe('nginx.service')
  })
})

describe('explainAddressInUse, of a policy', () => {
  test.skipIf(!hasLandlock)('names one that no rule of ports explains (needs Landlock for TCP, and Python)', () => {
    const program = `
      import net from 'node:net'
      import { explainAddressInUse } from '${built}diag.js'
      net.createServer().listen(8080, '${host}').on('error', (error) => console.log(JSON.stringify(
        [{}, { probe: true }].map((options) => explainAddressInUse(error, options).causes))))`
    const { stdout } = python(process.execPath, '--input-type=module', '--eval', program)
    const [seen, probed] = JSON.parse(stdout) as Cause[][]
    expect(seen).toMatchObject([{ kind: 'policy', blocks: 'unknown', doubt: expect.any(String) }])
    expect(probed).toMatchObject([{ kind: 'policy', blocks: true }])
  })
})

describe('explainAddressInUse', () => {
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
