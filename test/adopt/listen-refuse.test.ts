import { getEventListeners, once } from 'node:events'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { type ListenOptions, listen } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { openDescriptors, rejectionOf } from '../support.js'
import { closeServer, portOfServer } from './pairs.js'
import { keepServers } from './servers.js'

useOwnNetwork()

const host = '127.0.0.1'
const keep = keepServers()

/** A server that answers 'hello', and is closed after the test. */
function greeter(): net.Server {
  return keep(net.createServer((socket) => socket.end('hello')))
}

describe('listen with a signal', () => {
  test('that fired rejects and makes no socket', async () => {
    const descriptors = openDescriptors()
    const server = greeter()
    const reason = new RangeError('on purpose')
    const error = await rejectionOf(listen(server, { host, signal: AbortSignal.abort(reason) }))
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: reason })
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
    expect(server.listening).toBe(false)
  })

  test('that fires closes the server, and no connection', async () => {
    const controller = new AbortController()
    const server = net.createServer()
    await listen(server, { host, signal: controller.signal })
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const client = net.connect(portOfServer(server), host)
    const [socket] = await accepted
    const gone = once(server, 'close')
    controller.abort()
    expect(server.listening).toBe(false)
    socket.end('still here')
    expect(await text(client)).toBe('still here')
    await gone
  })

  test('that fires while a name is looked up rejects, and the server stays as it was', async () => {
    const controller = new AbortController()
    const server = greeter()
    const attempt = rejectionOf(listen(server, { host: 'localhost', signal: controller.signal }))
    controller.abort()
    expect(await attempt).toHaveProperty('code', 'ABORT_ERR')
    expect(server.listening).toBe(false)
    await listen(server, { host })
    expect(server.listening).toBe(true)
  })

  test('has nothing to do with the server once that is closed', async () => {
    const controller = new AbortController()
    const server = await listen(greeter(), { host, signal: controller.signal })
    await closeServer(server)
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    await listen(server, { host })
    controller.abort()
    expect(server.listening).toBe(true)
  })
})

describe('listen with wrong arguments', () => {
  const async = async () => {}
  test.each([
    ['null', null, 'ERR_INVALID_ARG_TYPE'],
    ['a port alone', 80, 'ERR_INVALID_ARG_TYPE'],
    ['port -1', { port: -1 }, 'ERR_SOCKET_BAD_PORT'],
    ['port 65536', { port: 65_536 }, 'ERR_SOCKET_BAD_PORT'],
    ['a word for a port', { port: 'http' }, 'ERR_INVALID_ARG_TYPE'],
    ['a digit string for a port', { port: '80' }, 'ERR_INVALID_ARG_TYPE'],
    ['null for a port', { port: null }, 'ERR_INVALID_ARG_TYPE'],
    ['a bad reserved range', { port: { low: 0 } }, 'ERR_OUT_OF_RANGE'],
    ['a number for a host', { host: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['an empty path', { path: '' }, 'ERR_INVALID_ARG_VALUE'],
    ['a path that is too long', { path: `/${'x'.repeat(107)}` }, 'ERR_INVALID_ARG_VALUE'],
    ['an abstract name that is too long', { path: `\0${'x'.repeat(108)}` }, 'ERR_INVALID_ARG_VALUE'],
    ['a backlog of -1', { backlog: -1 }, 'ERR_OUT_OF_RANGE'],
    ['a fractional backlog', { backlog: 1.5 }, 'ERR_OUT_OF_RANGE'],
    ['a string for a backlog', { backlog: '1' }, 'ERR_INVALID_ARG_TYPE'],
    ['a number for ipv6Only', { ipv6Only: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['a number for reusePort', { reusePort: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['null for reuseAddress', { reuseAddress: null }, 'ERR_INVALID_ARG_TYPE'],
    ['a number for readableAll', { path: '/x', readableAll: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['a number for writableAll', { path: '/x', writableAll: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['a word for staleSocket', { path: '/x', staleSocket: 'keep' }, 'ERR_INVALID_ARG_VALUE'],
    ['null for staleSocket', { path: '/x', staleSocket: null }, 'ERR_INVALID_ARG_VALUE'],
    ['an object for a signal', { signal: {} }, 'ERR_INVALID_ARG_TYPE'],
    ['a number for control', { control: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['an array of options', { options: [] }, 'ERR_INVALID_ARG_TYPE'],
    ['an unknown option', { options: { SO_REUSEADR: true } }, 'ERR_INVALID_ARG_VALUE'],
    ['an option that cannot be set', { options: { SO_TYPE: 1 } }, 'ERR_INVALID_ARG_VALUE'],
    ['a value of the wrong type', { options: { TCP_NODELAY: 1 } }, 'ERR_INVALID_ARG_TYPE'],
    ['a linger that blocks', { options: { SO_LINGER: { on: true, seconds: 1 } } }, 'ERR_INVALID_ARG_VALUE'],
    ['a control function that waits', { host, control: async }, 'ERR_INVALID_ARG_VALUE'],
  ])('rejects %s', async (_, options, code) => {
    const server = greeter()
    const emitted: unknown[] = []
    server.on('error', (error) => emitted.push(error)).on('listening', () => emitted.push('listening'))
    const descriptors = openDescriptors()
    const error = await rejectionOf(listen(server, options as ListenOptions))
    expect(error).toHaveProperty('code', code)
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
    expect(server.listening).toBe(false)
    expect(emitted).toEqual([])
  })

  test.each([null, undefined, 'text'])('rejects with %j where the control function throws that', async (thrown) => {
    const control = () => {
      throw thrown
    }
    // For both families, of which the first one fails.
    expect(await rejectionOf(listen(greeter(), { control }))).toBe(thrown)
  })

  test.each([undefined, null, {}, new net.Socket(), net.Server])('rejects %s for a server', async (server) => {
    const error = await rejectionOf(listen(server as net.Server, { host }))
    expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
  })
})
