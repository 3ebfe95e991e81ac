import { once } from 'node:events'
import net from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { BareSocket, connect, listen } from '../../lib/index.js'
import { portOf, unusedPort, useOwnNetwork } from '../sockets/network.js'
import { openDescriptors } from '../support.js'
import { portOfServer } from './pairs.js'
import { answerOf, keepServers, lookupOf, refusedConnect } from './servers.js'

useOwnNetwork()

const host = 'name.example'
const keep = keepServers()
let silent: (BareSocket | net.Socket)[] = []

/** Listens on an address, and gives the port. */
async function serve(address: string, port = 0): Promise<number> {
  const server = keep(net.createServer((socket) => socket.on('error', () => {}).end(address)))
  return portOfServer(await listen(server, { host: address, port, ipv6Only: true }))
}

/** Makes an address not answer: its accept queue is full, so that the kernel drops each SYN. */
async function silence(address: string, port = 0): Promise<number> {
  const listener = new BareSocket('ipv4')
  silent.push(listener)
  listener.listen(0, { address, port })
  const filler = net.connect(portOf(listener), address).on('error', () => {})
  silent.push(filler)
  await once(filler, 'connect')
  return portOf(listener)
}

afterEach(() => {
  for (const one of silent) {
    if (one instanceof BareSocket) one.close()
    else one.destroy()
  }
  silent = []
})

describe('connect to a name of several addresses', () => {
  test.each([
    [
      ['127.0.0.1', '127.0.0.2', '127.0.0.3', '::1', '::ffff:127.0.0.9'],
      ['127.0.0.1', '::1', '127.0.0.2', '::ffff:127.0.0.9', '127.0.0.3'],
    ],
    [
      ['::1', '::ffff:127.0.0.9', '127.0.0.1'],
      ['::1', '127.0.0.1', '::ffff:127.0.0.9'],
    ],
    [
      ['127.0.0.2', '127.0.0.1'],
      ['127.0.0.2', '127.0.0.1'],
    ],
  ])('of %j tries %j and says what came of each', async (given, tried) => {
    const port = unusedPort()
    const error = await refusedConnect({ host, port, lookup: lookupOf(...given), autoSelectFamily: true })
    expect(error).toBeInstanceOf(AggregateError)
    expect(error).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect' })
    const { errors } = error as unknown as AggregateError
    expect(errors.map(({ address }) => address)).toEqual(tried)
    for (const each of errors) expect(each).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', port })
  })

  test('goes on from an address that refuses', async () => {
    const port = await serve('127.0.0.2')
    const lookup = lookupOf('127.0.0.1', '::1', '127.0.0.2')
    expect(await answerOf({ host, port, lookup, autoSelectFamily: true })).toBe('127.0.0.2')
  })

  test('stops at the first address that answers', async () => {
    const port = await serve('127.0.0.1')
    let connections = 0
    await listen(keep(net.createServer(() => connections++)), { host: '::1', port })
    const lookup = lookupOf('127.0.0.1', '::1')
    expect(await answerOf({ host, port, lookup, autoSelectFamily: true })).toBe('127.0.0.1')
    expect(connections).toBe(0)
  })

  test('goes on from an address that does not answer in time', async () => {
    const port = await serve('127.0.0.2')
    await silence('127.0.0.1', port)
    const descriptors = openDescriptors()
    const options = { host, port, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 50 }
    const client = await connect({ ...options, lookup: lookupOf('127.0.0.1', '127.0.0.2') })
    expect(client.remoteAddress).toBe('127.0.0.2')
    client.destroy()
    await once(client, 'close')
    await expect.poll(openDescriptors).toBe(descriptors)
  })

  test('says which address did not answer where the last refuses', async () => {
    const port = await silence('127.0.0.1')
    const options = { host, port, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 50 }
    const error = await refusedConnect({ ...options, lookup: lookupOf('127.0.0.1', '127.0.0.2') })
    const { errors } = error as unknown as AggregateError
    expect(error).toMatchObject({ code: 'ETIMEDOUT', syscall: 'connect' })
    expect(errors.map(({ code, address }) => [code, address])).toEqual([
      ['ETIMEDOUT', '127.0.0.1'],
      ['ECONNREFUSED', '127.0.0.2'],
    ])
  })

  test('gives the last address all the time there is', async () => {
    const port = await silence('127.0.0.1')
    const options = { host, port, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: 10, timeout: 150 }
    const started = performance.now()
    const error = await refusedConnect({ ...options, lookup: lookupOf('127.0.0.2', '127.0.0.1') })
    expect(error).toMatchObject({ code: 'ETIMEDOUT', syscall: 'connect' })
    expect(performance.now() - started).toBeGreaterThanOrEqual(145)
  })

  test('without autoSelectFamily tries the first address only', async () => {
    const port = await serve('127.0.0.2')
    const lookup = lookupOf('127.0.0.1', '127.0.0.2')
    const error = await refusedConnect({ host, port, lookup, autoSelectFamily: false })
    expect(error).not.toBeInstanceOf(AggregateError)
    expect(error).toMatchObject({ code: 'ECONNREFUSED', address: '127.0.0.1' })
  })

  test('follows the default of this process', async () => {
    const port = await serve('127.0.0.2')
    const lookup = lookupOf('127.0.0.1', '127.0.0.2')
    const before = net.getDefaultAutoSelectFamily()
    try {
      net.setDefaultAutoSelectFamily(false)
      expect(await refusedConnect({ host, port, lookup })).toHaveProperty('code', 'ECONNREFUSED')
      net.setDefaultAutoSelectFamily(true)
      expect(await answerOf({ host, port, lookup })).toBe('127.0.0.2')
    } finally {
      net.setDefaultAutoSelectFamily(before)
    }
  })

  test('goes on from an address of another family than the local address', async () => {
    const options = { host, port: await serve('127.0.0.1'), localAddress: '127.0.0.1', autoSelectFamily: true }
    expect(await answerOf({ ...options, lookup: lookupOf('::1', '127.0.0.1') })).toBe('127.0.0.1')
  })

  test('says bind of each address where the local port is taken', async () => {
    const port = unusedPort()
    using holder = new BareSocket('ipv4')
    holder.bind({ address: '127.0.0.1' })
    const error = await refusedConnect({
      host,
      port,
      localPort: portOf(holder),
      lookup: lookupOf('127.0.0.2', '127.0.0.3'),
      autoSelectFamily: true,
    })
    const { errors } = error as unknown as AggregateError
    expect(errors.map(({ code, syscall }) => [code, syscall])).toEqual(Array(2).fill(['EADDRINUSE', 'bind']))
  })
})
