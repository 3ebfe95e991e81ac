import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import stock from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { getOption } from '../../lib/index.js'
import net from '../../lib/net.js'
import { inCluster } from '../adopt/cluster.js'
import { portOfServer } from '../adopt/pairs.js'
import { keepServers } from '../adopt/servers.js'
import { tcpStates, useOwnNetwork } from '../sockets/network.js'
import { built, openDescriptors, thrownBy } from '../support.js'

useOwnNetwork()

const keep = keepServers()
const host = '127.0.0.1'
const folders: string[] = []

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sockctl-net-'))
  folders.push(folder)
  return join(folder, 'socket')
}

async function listening(options: net.ServerListenOptions): Promise<net.Server> {
  const server = keep(net.createServer())
  await once(server.listen(options), 'listening')
  return server
}

/** The error with which a server fails to listen; expects no descriptor to be left. */
async function failureOf(options: net.ServerListenOptions): Promise<unknown> {
  const descriptors = openDescriptors()
  const [error] = await once(net.createServer().listen(options), 'error')
  expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  return error
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describe('listen of sockctl/net', () => {
  test.each([host, '::1'])('sets options before it binds to %s, and accepted sockets have them', async (address) => {
    const bound: boolean[] = []
    const server = await listening({
      host: address,
      port: 0,
      options: { TCP_USER_TIMEOUT: 4000 },
      control: (socket) => bound.push(socket.address().port !== 0),
    })
    expect(bound).toEqual([false])
    const accepted = once(server, 'connection')
    const client = stock.connect(portOfServer(server), address)
    const [socket] = await accepted
    expect(getOption(socket, 'TCP_USER_TIMEOUT')).toBe(4000)
    socket.destroy()
    client.destroy()
  })

  test('has SO_REUSEADDR on, as Node does, and really turns it off', async () => {
    const server = await listening({ host, port: 0 })
    expect(getOption(server, 'SO_REUSEADDR')).toBe(true)
    const port = portOfServer(server)
    server.once('connection', (socket) => socket.end())
    const client = stock.connect(port, host).resume()
    await once(client, 'close')
    await new Promise((resolve) => server.close(resolve))
    await expect.poll(() => tcpStates(port)).toEqual(['TIME_WAIT'])
    const error = await failureOf({ host, port, reuseAddress: false })
    expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' })
    await listening({ host, port })
  })

  test('shares a port with reusePort, on every Node', async () => {
    const first = await listening({ host, port: 0, reusePort: true })
    const second = await listening({ host, port: portOfServer(first), reusePort: true })
    expect(portOfServer(second)).toBe(portOfServer(first))
  })

  test('says that bind() failed, in the words of Node', async () => {
    const port = portOfServer(await listening({ host, port: 0 }))
    const error = await failureOf({ host, port })
    const message = `bind EADDRINUSE: address already in use ${host}:${port}`
    expect(error).toMatchObject({ message, code: 'EADDRINUSE', syscall: 'bind', address: host, port })
  })

  test('can listen after it failed', async () => {
    const port = portOfServer(await listening({ host, port: 0 }))
    const server = keep(net.createServer())
    await once(server.listen(port, host), 'error')
    await once(server.listen(0, host), 'listening')
    expect(portOfServer(server)).not.toBe(port)
  })

  test('tells the error of an option or of the control function', async () => {
    const own = new Error('mine')
    const control = () => {
      throw own
    }
    expect(await failureOf({ host, port: 0, control })).toBe(own)
    const error = await failureOf({ host, port: 0, options: { TCP_CONGESTION: 'no_such' } })
    expect(error).toMatchObject({ code: 'ENOENT', syscall: 'setsockopt', option: 'TCP_CONGESTION' })
  })

  test('removes the file of a Unix socket when it closes, and no other that took its place', async () => {
    const path = newPath()
    const server = net.createServer().listen({ path, writableAll: true })
    await once(server, 'listening')
    expect(statSync(path).mode & 0o222).toBe(0o222)
    expect(server.address()).toBe(path)
    server.close()
    expect(existsSync(path)).toBe(false)
    const again = net.createServer().listen(path)
    await once(again, 'listening')
    rmSync(path)
    writeFileSync(path, '')
    again.close()
    expect(existsSync(path)).toBe(true)
  })

  test('refuses bad options, and options for a descriptor that is given', () => {
    const server = net.createServer()
    for (const options of [{ options: 1 }, { control: 1 }, { reuseAddress: 1 }]) {
      expect(thrownBy(() => server.listen({ port: 0, ...(options as object) })).code).toMatch(/^ERR_/)
    }
    const given = thrownBy(() => server.listen({ fd: 99, options: { TCP_KEEPIDLE: 1 } } as object))
    expect(given.code).toBe('ERR_INVALID_ARG_VALUE')
    expect(server.listening).toBe(false)
  })
})

describe('listen of sockctl/net in the workers of a cluster', () => {
  const worker = (options: string) => `
    const { default: own } = await import('${built}net.js')
    own.createServer().listen(${options}, function () { process.send(this.address().port) })
      .on('error', ({ code, syscall }) => process.send({ code, syscall }))`

  test('shares what the primary opens, as node:net does', async () => {
    const ports = await inCluster<number[]>(
      'report([(await start()).message, (await start()).message])',
      worker(`{ host: '127.0.0.1', port }`),
    )
    expect(ports[0]).toBeGreaterThan(0)
    expect(ports[1]).toBe(ports[0])
  })

  test('opens a socket of its own where it is asked for more than the primary knows', async () => {
    const answers = await inCluster(
      `const first = (await start()).message
      report([typeof first, (await start(first)).message])`,
      worker(`{ host: '127.0.0.1', port, options: { TCP_KEEPIDLE: 9 } }`),
    )
    expect(answers).toEqual(['number', { code: 'EADDRINUSE', syscall: 'bind' }])
  })
})
