import dgram from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, existsSync, statSync } from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import net from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { isRoot, nobody } from '../../support.js'
import { useFolder } from '../folder.js'
import { answer, begun, httpServer, type Started, serving } from './serving.js'
import { keepPrograms } from './world.js'

const start = keepPrograms()
const host = '127.0.0.1'
let folder: string
let path: string

useFolder((made, socket) => {
  folder = made
  path = socket
})

const program = (servers: string, options?: string) => serving(path, servers, options)

describe('takeover', () => {
  test('starts alone, with a file that is its own, and hands on to the next, which leaves the file', async () => {
    const old = await start(program(httpServer(0)))
    const { port, start: first } = await old.message<Started>(begun)
    expect(first).toMatchObject({ received: [], bound: ['web'] })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect((await answer(port)).body).toBe(String(old.pid))
    const next = await start(program(httpServer(port)))
    expect((await next.message<Started>(begun)).start).toMatchObject({ received: ['web'], bound: [], dropped: [] })
    expect(await old.message((message) => message.left !== undefined)).toMatchObject({
      left: { successor: { pid: next.pid, command: expect.any(String) }, cut: 0 },
    })
    await old.exited
    expect(await next.message((message) => message.predecessor !== undefined)).toMatchObject({
      predecessor: { peer: { pid: old.pid }, outcome: 'left', cut: 0 },
    })
    expect((await answer(port)).body).toBe(String(next.pid))
    expect(existsSync(path)).toBe(true)
    const third = await start(program(httpServer(port)))
    await third.message(begun)
    expect((await answer(port)).body).toBe(String(third.pid))
  })

  test('tells a keep-alive client to go with its next answer, and leaves then', async () => {
    const old = await start(program(httpServer(0)))
    const { port } = await old.message<Started>(begun)
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    expect(await answer(port, agent)).toEqual({ body: String(old.pid), connection: 'keep-alive' })
    const next = await start(program(httpServer(port)))
    await next.message(begun)
    expect(await answer(port, agent)).toEqual({ body: String(old.pid), connection: 'close' })
    await old.exited
    expect((await answer(port, agent)).body).toBe(String(next.pid))
    agent.destroy()
  })

  test('ends connections that take too long, and says how many', async () => {
    const servers = `{ echo: { server: net.createServer((socket) => socket.write(pid)), listen: { host: '${host}' } } }`
    const old = await start(program(servers, '{ drainTimeout: 50 }'))
    const { port } = await old.message<Started>(begun)
    const client = net.connect(port, host)
    await once(client, 'data')
    const next = await start(program(servers))
    await next.message(begun)
    await once(client.resume(), 'close')
    const { left } = await old.message<{ left: object }>((message) => message.left !== undefined)
    expect(left).toMatchObject({ connections: 1, cut: 1 })
  })

  test('serves HTTP/2, whose sessions get GOAWAY, at a Unix path whose file stays', async () => {
    const served = join(folder, 'served')
    const servers = `{ web: {
      server: http2.createServer((_, response) => response.end(pid)), listen: { path: ${JSON.stringify(served)} } } }`
    const old = await start(program(servers))
    await old.message(begun)
    const connect = () => http2.connect('http://localhost', { createConnection: () => net.connect(served) })
    const session = connect()
    expect(await text(session.request())).toBe(String(old.pid))
    const goaway = once(session, 'goaway')
    const next = await start(program(servers))
    expect((await next.message<Started>(begun)).start.received).toEqual(['web'])
    await goaway
    await old.exited
    const other = connect()
    expect(await text(other.request())).toBe(String(next.pid))
    other.close()
    session.close()
  })

  test('goes on reading datagrams at the same socket', async () => {
    const servers = `{ stats: { socket: dgram.createSocket('udp4', function (_, from) {
      this.send(pid, from.port, from.address) }), bind: { address: '${host}' } } }`
    const old = await start(program(servers))
    const { port } = await old.message<Started>(begun)
    const client = dgram.createSocket('udp4')
    const ask = async () => {
      const received = once(client, 'message')
      client.send('who', port, host)
      return String((await received)[0])
    }
    expect(await ask()).toBe(String(old.pid))
    const next = await start(program(servers))
    expect((await next.message<Started>(begun)).port).toBe(port)
    expect(await ask()).toBe(String(next.pid))
    client.close()
  })

  test('binds what is new or at another address, and closes what nobody wants', async () => {
    const two = `{ kept: { server: net.createServer(), listen: { host: '${host}' } },
      gone: { server: net.createServer(), listen: { host: '${host}' } },
      moved: { server: net.createServer(), listen: { host: '${host}' } } }`
    const other = `{ kept: { server: net.createServer(), listen: { host: '${host}' } },
      moved: { server: net.createServer(), listen: { host: '127.0.0.2' } },
      added: { server: net.createServer(), listen: { host: '${host}' } } }`
    await (await start(program(two))).message(begun)
    const { start: report } = await (await start(program(other))).message<Started>(begun)
    expect(report).toMatchObject({ received: ['kept'], bound: ['moved', 'added'], dropped: ['gone', 'moved'] })
  })

  test('that fails to prepare leaves the old process serving', async () => {
    const old = await start(program(httpServer(0)))
    const { port } = await old.message<Started>(begun)
    const next = await start(program(httpServer(port), "{ prepare() { throw new Error('on purpose') } }"))
    expect(await next.message((message) => message.error !== undefined)).toMatchObject({ error: 'on purpose' })
    expect(await old.message((message) => message.failed !== undefined)).toMatchObject({
      failed: expect.stringContaining('on purpose'),
    })
    expect((await answer(port)).body).toBe(String(old.pid))
    await (await start(program(httpServer(port)))).message(begun)
  })
})

const stranger = `
  import net from 'node:net'
  const channel = net.connect(${'PATH'})
  channel.on('connect', () => post({ connected: true }))
  channel.on('error', ({ code }) => post({ code }))
  channel.on('data', (data) => post({ said: String(data) }))`

describe.skipIf(!isRoot)(`a stranger's process${isRoot ? '' : ' (needs root)'}`, () => {
  const strange = () => start(stranger.replace('PATH', JSON.stringify(path)), nobody)

  test('cannot connect where the mode is the default', async () => {
    chmodSync(folder, 0o755)
    await (await start(program(httpServer(0)))).message(begun)
    expect(await (await strange()).message((message) => 'code' in message || 'connected' in message)).toEqual({
      code: 'EACCES',
    })
  })

  test('is refused and named where it can', async () => {
    chmodSync(folder, 0o755)
    const old = await start(program(httpServer(0), '{ mode: 0o666 }'))
    const { port } = await old.message<Started>(begun)
    const { pid } = await strange()
    expect(await old.message((message) => message.refused !== undefined)).toMatchObject({
      refused: {
        pid,
        uid: nobody,
        gid: nobody,
        command: expect.any(String),
        commandLine: expect.stringMatching(/node/),
      },
    })
    expect((await answer(port)).body).toBe(String(old.pid))
  })

  test('that waits at the path is not taken over from', async () => {
    chmodSync(folder, 0o1777)
    await (await start(program(httpServer(0)), nobody)).message(begun)
    const next = await start(program(httpServer(0), '{ allow: ({ uid }) => uid === 0 }'))
    expect(await next.message((message) => message.error !== undefined)).toMatchObject({
      error: 'ERR_SOCKCTL_PEER_REFUSED',
      text: expect.stringContaining(`of user ${nobody}`),
    })
  })

  test('takes over from its own', async () => {
    chmodSync(folder, 0o1777)
    const { port } = await (await start(program(httpServer(0)), nobody)).message<Started>(begun)
    const next = await start(program(httpServer(port)), nobody)
    expect((await next.message<Started>(begun)).start.received).toEqual(['web'])
  })
})

describe('takeover refuses', () => {
  test('a folder that others can write to', async () => {
    chmodSync(folder, 0o777)
    const one = await start(program(httpServer(0)))
    expect(await one.message((message) => message.error !== undefined)).toMatchObject({
      error: 'ERR_SOCKCTL_UNSAFE_PATH',
    })
  })

  test('an abstract name, and servers that are none', async () => {
    const { takeover } = await import('../../../lib/handover.js')
    await expect(takeover('\0name', {})).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
    await expect(takeover(path, { web: {} as never })).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    await expect(takeover(path, {}, { mode: 0o7777 })).rejects.toMatchObject({ code: 'ERR_OUT_OF_RANGE' })
  })
})
