import { getEventListeners, once } from 'node:events'
import net from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BareSocket, connect, getOption } from '../../lib/index.js'
import { portOf, useOwnNetwork } from '../sockets/network.js'
import { inProcess, isRoot, nobody, openDescriptors, rejectionOf, stockServer } from '../support.js'
import { closeServer } from './pairs.js'
import { refusedConnect } from './servers.js'

useOwnNetwork()

const host = '127.0.0.1'
let silent: BareSocket
let filler: net.Socket
let silentPort: number

beforeEach(async () => {
  silent = new BareSocket('ipv4')
  silent.listen(0, { address: host })
  silentPort = portOf(silent)
  // With its queue full the listener answers nobody.
  filler = net.connect(silentPort, host).on('error', () => {})
  await once(filler, 'connect')
})

afterEach(() => {
  silent.close()
  filler.destroy()
})

/** A lookup that is never answered, unless the test does it. */
function hangingLookup() {
  return vi.fn<net.LookupFunction>(() => {})
}

describe('connect with a signal', () => {
  test('that fired rejects at once, with the reason as the cause', async () => {
    const reason = new RangeError('on purpose')
    const error = await refusedConnect({
      host: 'name',
      port: 1,
      lookup: hangingLookup(),
      signal: AbortSignal.abort(reason),
    })
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', cause: reason })
  })

  test('that fired looks nothing up', async () => {
    const lookup = hangingLookup()
    await refusedConnect({ host: 'name', port: 1, lookup, signal: AbortSignal.abort() })
    expect(lookup).not.toHaveBeenCalled()
  })

  test.each(['connect', 'listen'])('that fired leaves %s no rejection that nobody handles', async (name) => {
    const answer = await inProcess(`
      import net from 'node:net'
      const unhandled = []
      process.on('unhandledRejection', ({ code }) => unhandled.push(code)).on('exit', () => report(unhandled))
      const options = { host: 'name.invalid', port: 1, signal: AbortSignal.abort() }
      const starts = {
        connect: () => sockctl.connect(options),
        listen: () => sockctl.listen(net.createServer(), options),
      }
      await starts['${name}']().catch(() => {})`)
    expect(answer).toEqual([])
  })

  test.each([
    ['an address', { host, port: 1 }],
    ['a path', { path: '/nonexistent' }],
  ])('that fired makes no socket for %s', async (_, where) => {
    const control = vi.fn()
    const error = await refusedConnect({ ...where, control, signal: AbortSignal.abort() })
    expect(error).toHaveProperty('code', 'ABORT_ERR')
    expect(control).not.toHaveBeenCalled()
  })

  test('that fires during the lookup rejects, and a late answer is ignored', async () => {
    const controller = new AbortController()
    const lookup = hangingLookup()
    const attempt = refusedConnect({ host: 'name', port: 1, lookup, signal: controller.signal })
    await expect.poll(() => lookup.mock.calls.length).toBe(1)
    controller.abort()
    expect(await attempt).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })
    const descriptors = openDescriptors()
    lookup.mock.calls[0]?.[2](null, host, 4)
    await new Promise((resolve) => setImmediate(resolve))
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  })

  test('that fires during connect() rejects, and closes the socket', async () => {
    const controller = new AbortController()
    const descriptors = openDescriptors()
    const attempt = rejectionOf(connect({ host, port: silentPort, signal: controller.signal }))
    await expect.poll(openDescriptors).toBe(descriptors + 1)
    controller.abort()
    expect(await attempt).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  })

  test('that fires later has nothing to do with the connection', async () => {
    const { server, port } = await stockServer((socket) => socket.pipe(socket))
    const controller = new AbortController()
    const client = await connect({ host, port, signal: controller.signal })
    expect(getEventListeners(controller.signal, 'abort')).toEqual([])
    controller.abort()
    client.write('hello')
    expect(String((await once(client, 'data'))[0])).toBe('hello')
    client.destroy()
    await closeServer(server)
  })
})

describe('connect with a timeout', () => {
  test('ends a lookup that hangs', async () => {
    const lookup = hangingLookup()
    const error = await refusedConnect({ host: 'name', port: 1, lookup, timeout: 30 })
    expect(error).toMatchObject({ code: 'ETIMEDOUT', syscall: 'connect' })
    expect(error.errno).toBeLessThan(0)
  })

  test('ends a connect() that hangs', async () => {
    const error = await refusedConnect({ host, port: silentPort, timeout: 30 })
    expect(error).toMatchObject({ code: 'ETIMEDOUT', syscall: 'connect' })
  })

  test('does not end a connection that is made', async () => {
    const { server, port } = await stockServer((socket) => socket.pipe(socket))
    const client = await connect({ host, port, timeout: 20 })
    const idle = vi.fn()
    client.on('timeout', idle)
    await new Promise((resolve) => setTimeout(resolve, 60))
    client.write('hello')
    expect(String((await once(client, 'data'))[0])).toBe('hello')
    expect(idle).not.toHaveBeenCalled()
    client.destroy()
    await closeServer(server)
  })

  test('of 0 waits for as long as it takes', async () => {
    const controller = new AbortController()
    const attempt = refusedConnect({ host, port: silentPort, timeout: 0, signal: controller.signal })
    setTimeout(() => controller.abort(), 60)
    expect(await attempt).toHaveProperty('code', 'ABORT_ERR')
  })
})

describe('the control function of connect', () => {
  test('gets the socket with its options, before it is bound or connected', async () => {
    const { server, port } = await stockServer((socket) => socket.end())
    const seen: unknown[] = []
    const control = vi.fn((socket: BareSocket) => {
      seen.push(socket instanceof BareSocket, socket.address().port, socket.peerAddress())
      seen.push(getOption(socket, 'TCP_NODELAY'), getOption(socket, 'SO_REUSEADDR'))
    })
    const options = { TCP_NODELAY: true }
    const client = await connect({ host, port, localAddress: host, options, control })
    expect(control).toHaveBeenCalledTimes(1)
    expect(seen).toEqual([true, 0, undefined, true, false])
    client.destroy()
    await closeServer(server)
  })

  test('rejects with what it throws, and leaves nothing', async () => {
    const reason = new RangeError('on purpose')
    const control = () => {
      throw reason
    }
    expect(await refusedConnect({ host, port: 1, control })).toBe(reason)
    expect(await refusedConnect({ path: '/nonexistent', control })).toBe(reason)
  })

  test('must not wait', async () => {
    const waiting = async () => {
      throw new Error('nobody hears this')
    }
    expect(await refusedConnect({ host, port: 1, control: waiting })).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
  })

  test('must not close the socket', async () => {
    const control = (socket: BareSocket) => socket.close()
    expect(await refusedConnect({ host, port: 1, control })).toHaveProperty('code', 'ERR_SOCKET_CLOSED')
  })
})

describe('connect with an option that the system refuses', () => {
  test('names it', async () => {
    const error = await refusedConnect({ host, port: 1, options: { TCP_CONGESTION: 'no-such' } })
    expect(error).toMatchObject({ code: 'ENOENT', syscall: 'setsockopt', option: 'TCP_CONGESTION' })
  })

  test.skipIf(!isRoot)(`names it to nobody${isRoot ? '' : ' (needs root to become nobody)'}`, async () => {
    const answer = await inProcess(
      `
      import { readdirSync } from 'node:fs'
      const count = () => readdirSync('/proc/self/fd').length
      const before = count()
      sockctl.connect({ host: '127.0.0.1', port: 1, options: { SO_MARK: 7 } }).catch(({ code, syscall, option }) => {
        report({ code, syscall, option, left: count() - before })
      })`,
      nobody,
    )
    expect(answer).toEqual({ code: 'EPERM', syscall: 'setsockopt', option: 'SO_MARK', left: 0 })
  })
})
