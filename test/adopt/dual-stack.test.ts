import { once } from 'node:events'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { bindDatagram, connect, type ListenOptions, listen } from '../../lib/index.js'
import { refusalOf, useOwnNetwork } from '../sockets/network.js'
import { isRoot, rejectionOf } from '../support.js'
import { exchange, keepDatagrams } from './datagrams.js'
import { setSysctl } from './neighbour.js'
import { portOfServer } from './pairs.js'
import { keepServers } from './servers.js'

useOwnNetwork()

const keep = keepServers()
const make = keepDatagrams()
const inUse = { code: 'EADDRINUSE', syscall: 'bind' }

/** A server that tells each client which address it is known by, after a name of its own. */
async function serve(name: string, options: ListenOptions): Promise<number> {
  const server = net.createServer((socket) => socket.on('error', () => {}).end(`${name} ${socket.remoteAddress}`))
  return portOfServer(await listen(keep(server), options))
}

async function answer(host: string, port: number): Promise<string> {
  return text(await connect({ host, port }))
}

describe('listen on both wildcard addresses at once', () => {
  test.each([true, false])('works with ipv6Only, IPv6 first: %s', async (isFirst) => {
    const [six, four] = [{ host: '::', ipv6Only: true }, { host: '0.0.0.0' }]
    const [first, second] = isFirst ? [six, four] : [four, six]
    const port = await serve(first.host, first)
    await serve(second.host, { ...second, port })
    expect(await answer('127.0.0.1', port)).toBe('0.0.0.0 127.0.0.1')
    expect(await answer('::1', port)).toBe(':: ::1')
  })

  test.each([true, false])('is refused without, IPv6 first: %s', async (isFirst) => {
    const [six, four] = [{ host: '::', ipv6Only: false }, { host: '0.0.0.0' }]
    const [first, second] = isFirst ? [six, four] : [four, six]
    const port = await serve(first.host, first)
    expect(await rejectionOf(serve(second.host, { ...second, port }))).toMatchObject({ ...inUse, port })
  })
})

describe('an IPv6 socket', () => {
  test('of listen serves IPv4 peers by their mapped addresses', async () => {
    const port = await serve('dual', { host: '::' })
    expect(await answer('127.0.0.1', port)).toBe('dual ::ffff:127.0.0.1')
    expect(await answer('::ffff:127.0.0.1', port)).toBe('dual ::ffff:127.0.0.1')
    expect(await answer('::1', port)).toBe('dual ::1')
  })

  test('of listen takes a mapped address for an IPv4 one', async () => {
    const port = await serve('mapped', { host: '::ffff:127.0.0.1' })
    expect(await answer('127.0.0.1', port)).toBe('mapped ::ffff:127.0.0.1')
    expect(refusalOf(port, '127.0.0.1')).toBe('EADDRINUSE')
    expect(await rejectionOf(connect({ host: '::1', port }))).toHaveProperty('code', 'ECONNREFUSED')
  })

  test('of listen with ipv6Only takes no mapped address', async () => {
    const error = await rejectionOf(serve('none', { host: '::ffff:127.0.0.1', ipv6Only: true }))
    expect(error).toMatchObject({ syscall: 'bind', address: '::ffff:127.0.0.1' })
  })

  test('of connect reaches an IPv4 server by its mapped address, from one', async () => {
    const port = await serve('four', { host: '127.0.0.1' })
    const client = await connect({ host: '::ffff:127.0.0.1', port, localAddress: '::ffff:127.0.0.9' })
    expect(await text(client)).toBe('four 127.0.0.9')
  })

  test('of connect with IPV6_V6ONLY reaches none', async () => {
    const port = await serve('four', { host: '127.0.0.1' })
    const error = await rejectionOf(connect({ host: '::ffff:127.0.0.1', port, options: { IPV6_V6ONLY: true } }))
    expect(error).toMatchObject({ code: 'ENETUNREACH', syscall: 'connect' })
  })
})

test('bindDatagram on both wildcard addresses at once works with ipv6Only alone', async () => {
  const six = await bindDatagram(make('udp6'), { ipv6Only: true })
  const { port } = six.address()
  const four = await bindDatagram(make('udp4'), { port })
  const [client4, client6] = [await bindDatagram(make('udp4')), await bindDatagram(make('udp6'))]
  expect((await exchange(client4, four, '127.0.0.1')).port).toBe(client4.address().port)
  expect((await exchange(client6, six, '::1')).port).toBe(client6.address().port)
  const dual = await bindDatagram(make('udp6'))
  const refused = bindDatagram(make('udp4'), { port: dual.address().port })
  expect(await rejectionOf(refused)).toMatchObject(inUse)
})

const whyNoSwitch = isRoot ? '' : ' (needs root)'
test.skipIf(whyNoSwitch)(`ipv6Only is what was asked, whatever net.ipv6.bindv6only says${whyNoSwitch}`, async () => {
  setSysctl('ipv6/bindv6only', 1)
  try {
    for (const options of [{}, { host: '::' }, { host: '::', ipv6Only: false }]) {
      expect(await answer('127.0.0.1', await serve('dual', options))).toBe('dual ::ffff:127.0.0.1')
    }
    const dual = await bindDatagram(make('udp6'))
    const client = make('udp4')
    await exchange(client, dual, '127.0.0.1')
  } finally {
    setSysctl('ipv6/bindv6only', 0)
  }
  const alone = net.createServer()
  await listen(keep(alone), { host: '::', ipv6Only: true })
  expect(refusalOf(portOfServer(alone), '0.0.0.0')).toBeUndefined()
  alone.close()
  await once(alone, 'close')
})
