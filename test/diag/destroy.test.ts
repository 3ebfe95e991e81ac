import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { destroySocket, type SocketEntry, sockets } from '../../lib/diag.js'
import { BareSocket } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { portOf, refusalOf, useOwnNetwork } from '../sockets/network.js'
import { connectedPair, inProcess, isRoot, nobody, openDescriptors, stockServer, thrownBy } from '../support.js'

useOwnNetwork()

const needsRoot = isRoot ? '' : ' (needs root, for CAP_NET_ADMIN in a network of its own)'

/** Leaves a remnant in TIME_WAIT at a listener's port, and gives that port, on which nobody listens any more. */
async function leaveRemnant(): Promise<number> {
  const { server, port } = await stockServer((socket) => socket.end())
  const client = net.connect(port, '127.0.0.1').resume()
  await once(client, 'close')
  server.close()
  await once(server, 'close')
  return port
}

function one(filter: Parameters<typeof sockets>[0]): SocketEntry {
  const found = sockets(filter)
  expect(found).toHaveLength(1)
  return found[0] as SocketEntry
}

describe.skipIf(!isRoot)(`destroySocket${needsRoot}`, () => {
  test('frees the port of a remnant in TIME_WAIT at once', async () => {
    const port = await leaveRemnant()
    expect(refusalOf(port)).toBe('EADDRINUSE')
    destroySocket(one({ protocol: 'tcp', state: 'TIME_WAIT', localPort: port }))
    expect(refusalOf(port)).toBeUndefined()
    expect(sockets({ localPort: port })).toEqual([])
  })

  test('resets a connection, whose owner gets ECONNABORTED', async () => {
    const { client, accepted, server } = await connectedPair()
    const errors = [client, accepted].map((socket) => once(socket, 'error'))
    destroySocket(one({ localPort: client.localPort, remotePort: client.remotePort }))
    const codes = (await Promise.all(errors)).map(([error]) => (error as NodeJS.ErrnoException).code)
    expect(codes).toEqual(['ECONNABORTED', 'ECONNRESET'])
    server.close()
  })

  test('destroys a UDP socket, whose port is free while it is still open', () => {
    using socket = new BareSocket('ipv4', 'datagram')
    socket.bind({ address: '127.0.0.1' })
    const port = portOf(socket)
    destroySocket(one({ protocol: 'udp', localPort: port }))
    using second = new BareSocket('ipv4', 'datagram')
    second.bind({ address: '127.0.0.1', port })
    expect(native.send(socket.fd, Uint8Array.of(0))).toBeLessThan(0)
  })

  test('destroys sockets of IPv6', () => {
    using socket = new BareSocket('ipv6')
    socket.listen(1, { address: '::1' })
    destroySocket(one({ protocol: 'tcp', localPort: portOf(socket) }))
    expect(sockets({ localAddress: '::1', state: 'LISTEN' })).toEqual([])
  })

  test('does not hit a successor: another cookie is ENOENT', async () => {
    const { client, accepted, server } = await connectedPair()
    const entry = one({ localPort: client.localPort, remotePort: client.remotePort })
    const error = thrownBy(() => destroySocket({ ...entry, cookie: (entry.cookie ?? 0) + 1 }))
    expect(error).toMatchObject({ code: 'ENOENT', syscall: 'sock_diag' })
    expect(one({ cookie: entry.cookie }).state).toBe('ESTABLISHED')
    client.destroy()
    accepted.destroy()
    server.close()
  })

  test('says ENOENT of a socket that is gone, and leaves no descriptor', () => {
    const before = openDescriptors()
    const socket = new BareSocket('ipv4')
    socket.listen(1, { address: '127.0.0.1' })
    const entry = one({ localPort: portOf(socket), protocol: 'tcp' })
    socket.close()
    expect(thrownBy(() => destroySocket(entry)).code).toBe('ENOENT')
    expect(openDescriptors()).toBe(before)
  })
})

describe('destroySocket, of what it cannot destroy', () => {
  const sound = {
    protocol: 'tcp',
    family: 'ipv4',
    state: 'TIME_WAIT',
    localAddress: '127.0.0.1',
    localPort: 1,
    remoteAddress: '127.0.0.1',
    remotePort: 2,
    cookie: 1,
  }

  test.each<[string, unknown, string]>([
    ['no object', 5, 'ERR_INVALID_ARG_TYPE'],
    ['an unknown protocol', { ...sound, protocol: 'sctp' }, 'ERR_INVALID_ARG_VALUE'],
    ['a Unix socket', { ...sound, protocol: 'unix' }, 'ERR_SOCKCTL_UNSUPPORTED'],
    ['an MPTCP socket', { ...sound, protocol: 'mptcp' }, 'ERR_SOCKCTL_UNSUPPORTED'],
    ['a socket that is only bound', { ...sound, state: 'BOUND' }, 'ERR_SOCKCTL_UNSUPPORTED'],
    ['a socket without a cookie', { ...sound, cookie: undefined }, 'ERR_SOCKCTL_UNSUPPORTED'],
    ['the cookie that means any socket', { ...sound, cookie: -1 }, 'ERR_INVALID_ARG_VALUE'],
    ['an unknown family', { ...sound, family: 'IPv4' }, 'ERR_INVALID_ARG_VALUE'],
    ['an address of another family', { ...sound, localAddress: '::1' }, 'ERR_INVALID_ARG_VALUE'],
    ['no address', { ...sound, remoteAddress: 'localhost' }, 'ERR_INVALID_IP_ADDRESS'],
    ['no port', { ...sound, localPort: -1 }, 'ERR_SOCKET_BAD_PORT'],
    ['no interface', { ...sound, interface: 1 }, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %s', (_what, entry, code) => {
    expect(thrownBy(() => destroySocket(entry as SocketEntry)).code).toBe(code)
  })

  test.skipIf(!isRoot)(`is EPERM without CAP_NET_ADMIN${isRoot ? '' : ' (needs root to drop it)'}`, async () => {
    const program = `
      const socket = new sockctl.BareSocket('ipv4')
      socket.listen(1, { address: '127.0.0.1' })
      const [entry] = diag.sockets({ protocol: 'tcp', localPort: socket.address().port })
      try { diag.destroySocket(entry) } catch (error) { report(error.code) }`
    expect(await inProcess<string>(program, nobody)).toBe('EPERM')
  })
})
