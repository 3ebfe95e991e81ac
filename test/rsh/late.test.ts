import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Late, lateAfterGivingUp, lateAfterItsEnd } from '../../lib/rsh/late.js'
import { multiRsh, rcmd } from '../../lib/rsh.js'
import { rejectionOf } from '../support.js'
import { clientPortsHeld, hasNamespaces, ownNamespace } from './namespace.js'
import { allOf, echo, rshServer, type TestServer, type Visit } from './server.js'

const to = { localUser: 'me', remoteUser: 'you', command: 'echo', replyTimeout: 2000 } as const
const timedOut = { code: 'ERR_SOCKCTL_RSH_TIMEOUT', phase: 'back' }

/** A server on all addresses that connects back for its first visit when the second is there, from an address. */
function lateServer(localAddress: string): Promise<TestServer> {
  const connectBack: Visit['back'][] = []
  return rshServer(async (visit) => {
    connectBack.push(visit.back)
    if (connectBack.length === 1) return
    const late = connectBack[0]?.({ localAddress })
    await late?.then((errors) => errors.end("another's")).catch(() => {})
    await echo(visit).catch(() => {})
  }, '0.0.0.0')
}

describe.skipIf(!hasNamespaces)('a second connection that comes too late (needs root, for a network namespace)', () => {
  ownNamespace()

  test.each([
    ['127.0.0.1', '127.0.0.5'],
    ['127.0.0.5', '127.0.0.5'],
    ['127.0.0.1', '127.0.0.77'],
    ['127.0.0.5', '127.0.0.77'],
  ])('reaches no command to %s (coming from %s)', async (host, from) => {
    await using server = await lateServer(from)
    const options = { ...to, port: server.port, backTimeout: 100, fanout: 1, inOrder: true }
    const [first, second] = await allOf(multiRsh(['127.0.0.5', host], options))
    expect(first?.error).toMatchObject(timedOut)
    expect(second).toMatchObject({ ok: true, stdout: Buffer.from('echo'), stderr: Buffer.from('echo!') })
  })

  test.each(['127.0.0.1', '127.0.0.5'])('reaches no command to %s that begins after the end of all', async (host) => {
    await using server = await lateServer('127.0.0.5')
    const options = { ...to, port: server.port, backTimeout: 100 }
    expect(await rejectionOf(rcmd({ ...options, host: '127.0.0.5' }))).toMatchObject(timedOut)
    expect(clientPortsHeld()).toEqual([])
    const command = await rcmd({ ...options, host })
    expect(await Promise.all([text(command.stdout), command.stderr && text(command.stderr)])).toEqual(['echo', 'echo!'])
  })
})

describe('Late', () => {
  afterEach(() => void vi.useRealTimers())

  test('doubts every address where a connection may come from any, and as long as it may', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const late = new Late()
    late.add('10.0.0.1', true, lateAfterGivingUp)
    expect([late.isDoubtful('10.0.0.1'), late.isDoubtful('10.0.0.2')]).toEqual([true, false])
    late.add('10.0.0.3', false, lateAfterItsEnd)
    expect([late.isDoubtful('10.0.0.2'), late.has('10.0.0.2')]).toEqual([true, false])
    vi.advanceTimersByTime(lateAfterItsEnd)
    expect([late.isDoubtful('10.0.0.2'), late.has('10.0.0.3'), late.has('10.0.0.1')]).toEqual([false, false, true])
    vi.advanceTimersByTime(lateAfterGivingUp)
    expect(late.has('10.0.0.1')).toBe(false)
  })
  test('lets a short time end no long one', () => {
    vi.useFakeTimers({ toFake: ['performance'] })
    const late = new Late()
    late.add('10.0.0.1', true, lateAfterGivingUp)
    late.add('10.0.0.1', true, lateAfterItsEnd)
    vi.advanceTimersByTime(lateAfterItsEnd + 1)
    expect(late.has('10.0.0.1')).toBe(true)
  })
})
