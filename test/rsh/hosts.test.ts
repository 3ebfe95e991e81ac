import { once } from 'node:events'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { type HostResult, type MultiRshOptions, multiRsh } from '../../lib/rsh.js'
import { rejectionOf, thrownBy } from '../support.js'
import { clientPortsHeld, hasNamespaces, ownNamespace } from './namespace.js'
import { echo, rshServer } from './server.js'

const names = { localUser: 'me', remoteUser: 'you', command: 'x' } as const

async function all(hosts: AsyncIterable<string> | Iterable<string>, options: MultiRshOptions): Promise<HostResult[]> {
  const found: HostResult[] = []
  for await (const result of multiRsh(hosts, options)) found.push(result)
  return found
}

/** Hosts that break off with an error behind the first. */
function* broken(): Generator<string> {
  yield '127.0.0.1'
  throw new RangeError('no more')
}

async function* brokenLater(): AsyncGenerator<string> {
  yield* broken()
}

describe.skipIf(!hasNamespaces)('the hosts of multiRsh (needs root, for a network namespace)', () => {
  ownNamespace()

  test('are given results as often as they are named, each with its own output', async () => {
    await using server = await rshServer(echo)
    const options = { ...names, port: server.port, backAddress: 'dialled' } as const
    const results = await all(Array(20).fill('127.0.0.1'), options)
    expect(results.map(({ ok, stdout, stderr }) => `${ok} ${stdout}${stderr}`)).toEqual(Array(20).fill('true xx!'))
    expect(server.clientPorts).toHaveLength(20)
  })

  test('may be none at all', async () => {
    expect(await all([], names)).toEqual([])
    expect(await all(new Set<string>().values(), names)).toEqual([])
    expect(clientPortsHeld()).toEqual([])
  })

  test.each([
    ['an iterator', broken],
    ['an async one', brokenLater],
  ])('end all with the error of %s', async (_, hosts) => {
    await using server = await rshServer(({ socket }) => void socket.write('\0'))
    const options = { ...names, port: server.port, stderr: 'joined' } as const
    expect(await rejectionOf(all(hosts(), options))).toMatchObject({ name: 'RangeError', message: 'no more' })
    expect(clientPortsHeld()).toEqual([])
  })

  test('end all with what an iterator throws, be it nothing', async () => {
    function* hosts() {
      yield 'a:b:c'
      throw undefined
    }
    expect(await rejectionOf(all(hosts(), names))).toMatchObject({ code: 'ERR_FALSY_VALUE_REJECTION' })
  })

  test('are told to stop while the next one is waited for', async () => {
    let isReturned = false
    const hosts = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<never>(() => {}),
        return: async () => {
          isReturned = true
          return { done: true as const, value: undefined }
        },
      }),
    }
    const results = all(hosts, { ...names, signal: AbortSignal.timeout(20) })
    expect(await rejectionOf(results)).toMatchObject({ name: 'AbortError' })
    expect(isReturned).toBe(true)
  })

  test('may end it all themselves, and start no command then', async () => {
    await using server = await rshServer(({ socket }) => void socket.write('\0'))
    const controller = new AbortController()
    let isReturned = false
    function* hosts() {
      try {
        controller.abort()
        yield '127.0.0.1'
      } finally {
        isReturned = true
      }
    }
    const options = { ...names, port: server.port, stderr: 'joined', signal: controller.signal } as const
    expect(await rejectionOf(all(hosts(), options))).toMatchObject({ name: 'AbortError' })
    expect([isReturned, clientPortsHeld()]).toEqual([true, []])
  })

  test('must be texts, of an iterable that is none', async () => {
    expect(thrownBy(() => multiRsh('127.0.0.1' as never, names))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    expect(thrownBy(() => multiRsh(7 as never, names))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    expect(await rejectionOf(all([7 as never], names))).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' })
    for (const host of ['', '[::1', '::1]:5', 'a:0', 'a:99999', '[a]:5']) {
      const [result] = await all([host], names)
      expect(result?.error).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
    }
  })

  test('may be left early, before the first result too', async () => {
    await using server = await rshServer(({ socket }) => void socket.write('\0'))
    const hosts = ['127.0.0.1', '127.0.0.2']
    const results = multiRsh(hosts, { ...names, port: server.port, stderr: 'joined' })
    await results.return?.()
    expect(server.clientPorts).toEqual([])
    const begun = multiRsh(hosts, { ...names, port: server.port, stderr: 'joined', timeout: 300 })
    const first = begun.next()
    await once(process, 'nothing', { signal: AbortSignal.timeout(50) }).catch(() => {})
    expect((await first).value).toMatchObject({ ok: false })
    await begun.return?.()
    expect(await begun.next()).toEqual({ done: true, value: undefined })
    expect(clientPortsHeld()).toEqual([])
  })

  test('leave time for other things where every one of them fails at once', async () => {
    function* endless() {
      for (;;) yield '127.0.0.1'
    }
    const options = { ...names, port: 1, signal: AbortSignal.timeout(50) }
    let count = 0
    const run = async () => {
      for await (const { error } of multiRsh(endless(), options)) if (error) count++
    }
    expect(await rejectionOf(run())).toMatchObject({ name: 'AbortError' })
    expect(count).toBeGreaterThan(0)
  })

  test('may come from a realm whose promises are others', async () => {
    await using server = await rshServer(echo)
    const hosts = runInNewContext("(async function* () { yield* ['127.0.0.1', '127.0.0.1'] })()")
    expect(await all(hosts, { ...names, port: server.port })).toMatchObject([{ ok: true }, { ok: true }])
  })
})
