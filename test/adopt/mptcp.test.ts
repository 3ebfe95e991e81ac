import { once } from 'node:events'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test, vi } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { BareSocket, type ConnectOptions, connect, getOption, type ListenOptions, listen } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { protocols } from '../../lib/platform.js'
import { useOwnNetwork } from '../sockets/network.js'
import { inProcess, isRoot, nobody } from '../support.js'
import { counter } from './counters.js'
import { setSysctl } from './neighbour.js'
import { portOfServer } from './pairs.js'
import { keepServers, refusedConnect, refusedListen } from './servers.js'

useOwnNetwork()

const keep = keepServers()
const protocol = 'mptcp'

function whyNot(): string {
  try {
    new BareSocket('ipv4', 'stream', protocol).close()
    return ''
  } catch (error) {
    return ` (this kernel says ${(error as { code: string }).code})`
  }
}

const why = whyNot()

/** A server that sends everything back. */
async function serve(options: ListenOptions): Promise<{ server: net.Server; port: number }> {
  const server = keep(net.createServer((socket) => socket.on('error', () => {}).pipe(socket)))
  await listen(server, options)
  return { server, port: portOfServer(server) }
}

/** Sends a mebibyte to a server and back, and gives the protocols of the client's socket and the server's. */
async function converse(server: net.Server, start: () => Promise<net.Socket>): Promise<[unknown, unknown]> {
  const accepted = once(server, 'connection') as Promise<[net.Socket]>
  const client = await start()
  const [socket] = await accepted
  const ends: [unknown, unknown] = [getOption(client, 'SO_PROTOCOL'), getOption(socket, 'SO_PROTOCOL')]
  const sent = 'sockctl!'.repeat(2 ** 17)
  const answer = text(client)
  client.end(sent)
  expect((await answer) === sent).toBe(true)
  return ends
}

/** How many handshakes of this network namespace ended in MPTCP, as its servers count them. */
function handshakes(): number {
  return counter('MPTcpExt', 'MPCapableACKRX')
}

async function stockClient(port: number, host: string): Promise<net.Socket> {
  const client = net.connect(port, host)
  await once(client, 'connect')
  return client
}

describe.skipIf(why).each(['127.0.0.1', '::1'])(`with protocol: 'mptcp' at %s${why}`, (host) => {
  test('listen and connect speak MPTCP with one another', async () => {
    const { server, port } = await serve({ host, protocol })
    expect(getOption(server, 'SO_PROTOCOL')).toBe(protocols.mptcp)
    const before = handshakes()
    const ends = await converse(server, () => connect({ host, port, protocol }))
    expect(ends).toEqual([protocols.mptcp, protocols.mptcp])
    expect(handshakes()).toBe(before + 1)
  })

  test('listen serves a client that has TCP alone', async () => {
    const { server, port } = await serve({ host, protocol })
    const before = handshakes()
    const ends = await converse(server, () => stockClient(port, host))
    expect(ends).toEqual([protocols.tcp, protocols.tcp])
    expect(handshakes()).toBe(before)
  })

  test('connect reaches a server that has TCP alone', async () => {
    const server = keep(net.createServer((socket) => socket.pipe(socket))).listen(0, host)
    await once(server, 'listening')
    const before = handshakes()
    const ends = await converse(server, () => connect({ host, port: portOfServer(server), protocol }))
    expect(ends).toEqual([protocols.mptcp, protocols.tcp])
    expect(handshakes()).toBe(before)
  })

  test('has options, a local port and the true call in errors', async () => {
    const { server, port } = await serve({ host, protocol, options: { SO_KEEPALIVE: true } })
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const client = await connect({ host, port, localAddress: host, protocol, options: { TCP_NODELAY: true } })
    const [socket] = await accepted
    expect(getOption(socket, 'SO_KEEPALIVE')).toBe(true)
    expect(getOption(client, 'TCP_NODELAY')).toBe(true)
    expect(socket.remotePort).toBe(client.localPort)
    client.destroy()
    expect(await refusedListen({ host, port, protocol })).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind', port })
  })
})

test.skipIf(why)(`with protocol: 'mptcp' listen serves both families on the wildcard address${why}`, async () => {
  const { server, port } = await serve({ protocol })
  for (const host of ['127.0.0.1', '::1']) {
    const ends = await converse(server, () => connect({ host, port, protocol }))
    expect(ends).toEqual([protocols.mptcp, protocols.mptcp])
  }
})

describe("without protocol: 'mptcp'", () => {
  test.each([undefined, 'tcp'] as const)('(%s) listen and connect speak TCP', async (asked) => {
    const { server, port } = await serve({ host: '127.0.0.1', protocol: asked })
    expect(getOption(server, 'SO_PROTOCOL')).toBe(protocols.tcp)
    const ends = await converse(server, () => connect({ host: '127.0.0.1', port, protocol: asked }))
    expect(ends).toEqual([protocols.tcp, protocols.tcp])
  })
})

describe("protocol: 'mptcp' where there is none", () => {
  const both = async (errno: number) => {
    const detail = { code: 'ERR_SOCKCTL_UNSUPPORTED', errno, syscall: 'socket' }
    for (const host of ['127.0.0.1', '::1']) {
      expect(await refusedListen({ host, protocol })).toMatchObject(detail)
      expect(await refusedConnect({ host, port: 9, protocol })).toMatchObject(detail)
    }
    expect(await refusedListen({ protocol })).toMatchObject(detail)
  }

  test.each(['EPROTONOSUPPORT', 'ENOPROTOOPT'])('is refused where the kernel says %s', async (code) => {
    const spy = vi.spyOn(native, 'socket').mockReturnValue(errnoOf(code))
    try {
      await both(errnoOf(code))
    } finally {
      spy.mockRestore()
    }
  })

  const whyNoSwitch = why || (isRoot ? '' : ' (needs root)')
  test.skipIf(whyNoSwitch)(`is refused where net.mptcp.enabled is 0${whyNoSwitch}`, async () => {
    setSysctl('mptcp/enabled', 0)
    try {
      await both(errnoOf('ENOPROTOOPT'))
    } finally {
      setSysctl('mptcp/enabled', 1)
    }
  })
})

describe('protocol', () => {
  test.each([
    ['udp', { protocol: 'udp' }, 'ERR_INVALID_ARG_VALUE'],
    ['a number', { protocol: 262 }, 'ERR_INVALID_ARG_VALUE'],
    ['null', { protocol: null }, 'ERR_INVALID_ARG_VALUE'],
    ['MPTCP and a path', { protocol, path: '/tmp/none/socket' }, 'ERR_INVALID_ARG_VALUE'],
  ])('refuses %s', async (_, options, code) => {
    expect(await refusedListen(options as ListenOptions)).toHaveProperty('code', code)
    const dialled = 'path' in options ? options : { port: 9, ...options }
    expect(await refusedConnect(dialled as ConnectOptions)).toHaveProperty('code', code)
  })
})

const whyNobody = why || (isRoot ? '' : ' (the tests run without root)')
test.skipIf(whyNobody)(`protocol: 'mptcp' takes no privilege${whyNobody}`, async () => {
  const answer = await inProcess(
    `
    import net from 'node:net'
    const options = { host: '127.0.0.1', protocol: 'mptcp' }
    const server = await sockctl.listen(net.createServer((socket) => socket.end()), options)
    const client = await sockctl.connect({ ...options, port: server.address().port })
    report(sockctl.getOption(client, 'SO_PROTOCOL'))
    client.resume()
    server.close()`,
    nobody,
  )
  expect(answer).toBe(protocols.mptcp)
})
