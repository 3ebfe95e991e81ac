import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test, vi } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { connect, getOption, type ListenOptions, listen } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { families } from '../../lib/platform.js'
import { refusalOf, tcpStates, useOwnNetwork } from '../sockets/network.js'
import { inProcess, isRoot, nobody, rejectionOf } from '../support.js'
import { closeServer, portOfServer } from './pairs.js'
import { keepServers, refusedListen } from './servers.js'

useOwnNetwork()

const host = '127.0.0.1'
const keep = keepServers()

/** A stock server that listens with sockctl, and is closed after the test. */
function serve(options: ListenOptions, onConnection?: (socket: net.Socket) => void): Promise<net.Server> {
  return listen(keep(net.createServer(onConnection)), options)
}

/** Makes a connection that the server's side closes first, and gives the port, which holds a TIME_WAIT then. */
async function serveOnce(options: ListenOptions): Promise<number> {
  const server = await serve({ host, ...options }, (socket) => socket.end())
  const port = portOfServer(server)
  await once(net.connect(port, host).resume(), 'close')
  await closeServer(server)
  await expect.poll(() => tcpStates(port)).toEqual(['TIME_WAIT'])
  return port
}

describe('listen', () => {
  test('says bind for a port that is listened on, with address and port', async () => {
    const port = portOfServer(await serve({ host }))
    expect(await refusedListen({ host, port })).toMatchObject({
      code: 'EADDRINUSE',
      errno: errnoOf('EADDRINUSE'),
      syscall: 'bind',
      address: host,
      port,
    })
  })

  test('says bind for an address of another host', async () => {
    const error = await refusedListen({ host: '192.0.2.1', port: 8080 })
    expect(error).toMatchObject({ code: 'EADDRNOTAVAIL', syscall: 'bind', address: '192.0.2.1', port: 8080 })
  })

  test.skipIf(!isRoot)(`says bind where nobody may not${isRoot ? '' : ' (needs root to become nobody)'}`, async () => {
    const answer = await inProcess(
      `
      import net from 'node:net'
      const server = net.createServer().on('error', () => report('an event'))
      sockctl.listen(server, { host: '127.0.0.1', port: 80 })
        .catch(({ code, syscall, port }) => report({ code, syscall, port }))`,
      nobody,
    )
    expect(answer).toEqual({ code: 'EACCES', syscall: 'bind', port: 80 })
  })

  test('passes the error of a lookup on', async () => {
    expect(await refusedListen({ host: 'name.invalid' })).toMatchObject({ syscall: 'getaddrinfo' })
  })

  test('binds over a remnant in TIME_WAIT', async () => {
    const port = await serveOnce({})
    const server = await serve({ host, port })
    expect(getOption(server, 'SO_REUSEADDR')).toBe(true)
  })

  test('with reuseAddress: false refuses a port that is in TIME_WAIT', async () => {
    const port = await serveOnce({})
    expect(await refusedListen({ host, port, reuseAddress: false })).toMatchObject({
      code: 'EADDRINUSE',
      syscall: 'bind',
    })
    const server = await serve({ host, reuseAddress: false })
    expect(getOption(server, 'SO_REUSEADDR')).toBe(false)
  })

  test('cannot bind over the remnant of a server without SO_REUSEADDR', async () => {
    const port = await serveOnce({ reuseAddress: false })
    expect(await refusedListen({ host, port })).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' })
  })

  test('with reusePort shares a port, and each listener gets connections', async () => {
    const counts = [0, 0]
    const all = 64
    const done = new Promise<void>((resolve) => {
      const count = (index: 0 | 1) => (socket: net.Socket) => {
        counts[index] = (counts[index] as number) + 1
        socket.end()
        if ((counts[0] as number) + (counts[1] as number) === all) resolve()
      }
      const start = async () => {
        const port = portOfServer(await serve({ host, reusePort: true }, count(0)))
        await serve({ host, port, reusePort: true }, count(1))
        expect(await refusedListen({ host, port })).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' })
        for (let index = 0; index < all; index++) net.connect(port, host).resume()
      }
      start()
    })
    await done
    for (const count of counts) expect(count).toBeGreaterThan(0)
  })

  test('with ipv6Only leaves the port of IPv4 free', async () => {
    const port = portOfServer(await serve({ host: '::', ipv6Only: true }))
    expect(refusalOf(port, '0.0.0.0')).toBeUndefined()
    const error = await rejectionOf(connect({ port, host }))
    expect(error).toHaveProperty('code', 'ECONNREFUSED')
    const client = await connect({ port, host: '::1' })
    client.destroy()
  })

  test('without ipv6Only takes the port of both families', async () => {
    for (const options of [{}, { host: '::', ipv6Only: false }]) {
      const port = portOfServer(await serve(options))
      expect(refusalOf(port, '0.0.0.0')).toBe('EADDRINUSE')
      for (const address of ['127.0.0.1', '::1']) (await connect({ port, host: address })).destroy()
    }
  })

  test('without a host and without IPv6 listens on IPv4', async () => {
    const { socket } = native
    const spy = vi.spyOn(native, 'socket').mockImplementation((family, type, protocol) => {
      return family === families.ipv6 ? errnoOf('EAFNOSUPPORT') : socket(family, type, protocol)
    })
    try {
      const server = await serve({})
      expect(server.address()).toMatchObject({ address: '0.0.0.0', family: 'IPv4' })
      expect(await refusedListen({ host: '::' })).toMatchObject({ code: 'EAFNOSUPPORT', syscall: 'socket' })
    } finally {
      spy.mockRestore()
    }
  })
})
