import { describe, expect, test } from 'vitest'
import { type HostResult, multiRsh } from '../../lib/rsh.js'
import { connectsTwice, hostile } from './hostile.js'
import { clientPortsHeld, expectNothingLeft, hasNamespaces, ownNamespace } from './namespace.js'

const limits = { connectTimeout: 1000, backTimeout: 200, replyTimeout: 300, silenceTimeout: 250 }
const names = { localUser: 'me', remoteUser: 'you', command: 'echo' }

async function only(port: number, more: object = {}): Promise<HostResult> {
  const options = { ...limits, ...names, port, maxOutput: 100_000, ...more }
  for await (const result of multiRsh(['127.0.0.1'], options)) return result
  throw new Error('there was no result')
}

describe.skipIf(!hasNamespaces)('a server that (needs root, for a network namespace)', () => {
  ownNamespace()
  expectNothingLeft()

  test.each(hostile)('$name is told of in bounded time, and leaves nothing', async ({ start, expected }) => {
    await using server = await start()
    const begun = performance.now()
    const { ok, error, timeWait } = await only(server.port)
    expect({ ok, timeWait }).toEqual({ ok: false, timeWait: 'none' })
    expect(error).toMatchObject({ ...expected, host: '127.0.0.1' })
    expect(performance.now() - begun).toBeLessThan(1000)
    expect(clientPortsHeld()).toEqual([])
  })

  test('connects back twice gets its second connection reset, and the command its output', async () => {
    await using server = await connectsTwice()
    const { ok, stdout, stderr } = await only(server.port)
    expect([ok, String(stdout), String(stderr)]).toEqual([true, 'echo', 'echo!'])
  })
})
