import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ConnectOptions, connect, type ListenOptions, listen } from '../../lib/adopt/index.js'
import { setOption } from '../../lib/options/index.js'
import { BareSocket } from '../../lib/sockets/index.js'
import { descriptorLinks } from '../native/frame.js'
import { closed, rejectionOf, stockServer, thrownBy } from '../support.js'

let taken: BareSocket
let port: number
let links: string[]
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
  taken = new BareSocket('ipv4')
  taken.bind({ address: '127.0.0.1' })
  port = taken.address().port as number
  links = descriptorLinks()
})

afterEach(() => {
  taken.close()
  rmSync(folder, { recursive: true })
})

describe('BareSocket', () => {
  test('leaves no descriptor in 100,000 rounds, half of which fail', { timeout: 120_000 }, () => {
    let refused = 0
    for (let round = 0; round < 100_000; round++) {
      const socket = new BareSocket('ipv4')
      setOption(socket, 'SO_KEEPALIVE', true)
      try {
        socket.bind({ address: round % 2 ? '127.0.0.1' : '127.0.0.2', port })
      } catch {
        refused++
      } finally {
        socket.close()
      }
    }
    expect(refused).toBe(50_000)
    expect(descriptorLinks()).toEqual(links)
  })

  test('leaves no descriptor when the block that uses it throws', () => {
    for (let round = 0; round < 1000; round++) {
      const error = thrownBy(() => {
        using socket = new BareSocket('ipv4')
        socket.listen(1, { address: '127.0.0.1', port })
      })
      expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' })
    }
    expect(descriptorLinks()).toEqual(links)
  })

  test('leaves no descriptor when its arguments are wrong', () => {
    for (let round = 0; round < 1000; round++) {
      expect(thrownBy(() => Reflect.construct(BareSocket, ['ipv5']))).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
      expect(thrownBy(() => new BareSocket('ipv4', 'stream', 255))).toHaveProperty('syscall', 'socket')
    }
    expect(descriptorLinks()).toEqual(links)
  })
})

function aborted(): AbortSignal {
  return AbortSignal.abort()
}

/** A signal that fires in this turn of the event loop, after the call that got it. */
function soonAborted(): AbortSignal {
  const controller = new AbortController()
  queueMicrotask(() => controller.abort())
  return controller.signal
}

/** A signal, and a control function that makes it fire, or has it made to fire. */
function abortedByControl(run: (abort: () => void) => void): { signal: AbortSignal; control: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, control: () => run(() => controller.abort()) }
}

function atOnce(run: () => void): void {
  run()
}

/** A signal that fires in a later turn. */
function laterAborted(): AbortSignal {
  const controller = new AbortController()
  setImmediate(() => controller.abort())
  return controller.signal
}

function refuse(): never {
  throw new RangeError('on purpose')
}

type Case<Options> = readonly [what: string, options: () => Options, code: string | undefined]

describe('connect', () => {
  const host = '127.0.0.1'
  const cases: readonly Case<ConnectOptions>[] = [
    ['a port where nobody listens', () => ({ host, port }), 'ECONNREFUSED'],
    ['a local address that is not local', () => ({ host, port, localAddress: '192.0.2.1' }), 'EADDRNOTAVAIL'],
    ['a local port that is taken', () => ({ host, port: 1, localAddress: host, localPort: port }), 'EADDRINUSE'],
    ['a path where nothing is', () => ({ path: join(folder, 'none') }), 'ENOENT'],
    [
      'an option that the socket lacks',
      () => ({ host, port, options: { IPV6_V6ONLY: true } }),
      'ERR_SOCKCTL_UNSUPPORTED',
    ],
    ['a control function that throws', () => ({ host, port, control: refuse }), undefined],
    ['a lookup that throws', () => ({ host: 'name', port, lookup: refuse }), undefined],
    ['a signal that fired', () => ({ host, port, signal: aborted() }), 'ABORT_ERR'],
    ['a signal that fires at once', () => ({ host, port, signal: soonAborted() }), 'ABORT_ERR'],
    ['a signal that fires after bind', () => ({ host, port, ...abortedByControl(queueMicrotask) }), 'ABORT_ERR'],
  ]

  test.each(cases)('leaves no descriptor in 300 rounds with %s', async (_, options, code) => {
    for (let round = 0; round < 300; round++) {
      expect((await rejectionOf(connect(options()))).code).toBe(code)
      if (round % 50 === 0) expect(descriptorLinks()).toEqual(links)
    }
    expect(descriptorLinks()).toEqual(links)
  })

  test('leaves no descriptor in 300 rounds of which nobody answers and a signal ends the wait', async () => {
    using silent = new BareSocket('ipv4')
    silent.listen(0, { address: host })
    const full = await connect({ host, port: silent.address().port })
    const before = descriptorLinks()
    for (let round = 0; round < 300; round++) {
      const attempt = connect({ host, port: silent.address().port, signal: laterAborted() })
      expect(await rejectionOf(attempt)).toHaveProperty('code', 'ABORT_ERR')
    }
    expect(descriptorLinks()).toEqual(before)
    full.destroy()
  })

  test('leaves no descriptor when its control function makes the signal fire', async () => {
    const { server, port: open } = await stockServer((socket) => socket.destroy())
    const before = descriptorLinks()
    const connecting = connect({ host, port: open, ...abortedByControl(atOnce) })
    const code = await connecting.then(
      (socket) => socket.destroy() && 'connected',
      (error) => error.code,
    )
    server.close()
    await closed(server)
    expect(code).toBe('ABORT_ERR')
    expect(descriptorLinks().length).toBeLessThan(before.length)
  })
})

describe('listen', () => {
  const host = '127.0.0.1'
  const cases: readonly Case<ListenOptions>[] = [
    ['a port that is taken', () => ({ host, port }), 'EADDRINUSE'],
    ['an address that is not local', () => ({ host: '192.0.2.1' }), 'EADDRNOTAVAIL'],
    ['a path in a folder that does not exist', () => ({ path: join(folder, 'none', 'socket') }), 'ENOENT'],
    ['a path that is taken', () => ({ path: folder }), 'EADDRINUSE'],
    ['an option that the socket lacks', () => ({ host, options: { IPV6_V6ONLY: true } }), 'ERR_SOCKCTL_UNSUPPORTED'],
    ['a control function that throws', () => ({ host, control: refuse }), undefined],
    ['a signal that fired', () => ({ host, signal: aborted() }), 'ABORT_ERR'],
    ['a signal that fires at once', () => ({ host, signal: soonAborted() }), 'ABORT_ERR'],
    ['a signal that fires after bind', () => ({ host, ...abortedByControl(queueMicrotask) }), 'ABORT_ERR'],
  ]

  test.each(cases)('leaves no descriptor in 300 rounds with %s', async (_, options, code) => {
    for (let round = 0; round < 300; round++) {
      const server = net.createServer()
      expect((await rejectionOf(listen(server, options()))).code).toBe(code)
      expect(server.listening).toBe(false)
      if (round % 50 === 0) expect(descriptorLinks()).toEqual(links)
    }
    expect(descriptorLinks()).toEqual(links)
  })

  test('leaves no descriptor when its control function makes the signal fire', async () => {
    const server = net.createServer()
    const error = await rejectionOf(listen(server, { host, ...abortedByControl(atOnce) }))
    const { listening } = server
    server.close()
    expect(error.code).toBe('ABORT_ERR')
    expect(listening).toBe(false)
  })
})
