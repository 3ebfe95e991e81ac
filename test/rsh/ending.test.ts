import { once } from 'node:events'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { multiRsh, type RshPhase, rcmd } from '../../lib/rsh.js'
import { rejectionOf } from '../support.js'
import { expectNothingLeft, hasNamespaces, ownNamespace } from './namespace.js'
import { allOf, rawServer, rshServer, type TestServer } from './server.js'

const names = { localUser: 'me', remoteUser: 'you', command: 'x' } as const
const to = { ...names, host: '127.0.0.1' } as const

function silentServer(): Promise<TestServer> {
  return rawServer((socket) => socket.resume())
}

describe.skipIf(!hasNamespaces)('ending a command (needs root, for a network namespace)', () => {
  ownNamespace()
  expectNothingLeft()

  test('with a signal that is aborted already does nothing', async () => {
    const signal = AbortSignal.abort()
    const abortion = { name: 'AbortError', code: 'ABORT_ERR' }
    expect(await rejectionOf(rcmd({ ...to, signal }))).toMatchObject(abortion)
    let isReturned = false
    const hosts = {
      [Symbol.iterator]: () => ({
        next: () => {
          throw new Error('a host was taken')
        },
        return: () => {
          isReturned = true
          return { done: true as const, value: undefined }
        },
      }),
    }
    expect(await rejectionOf(allOf(multiRsh(hosts, { ...names, signal })))).toMatchObject(abortion)
    expect(isReturned).toBe(true)
  })

  test.each(['connects', 'waits for its second connection', 'waits for the answer', 'runs'])(
    'while it %s',
    async (phase) => {
      await using server = await rshServer(async ({ socket, back }) => {
        if (phase === 'waits for its second connection') return
        await back()
        if (phase === 'runs') socket.write('\0some')
      })
      const controller = new AbortController()
      const options = { ...to, port: server.port, signal: controller.signal }
      const command = rcmd(options)
      if (phase === 'runs') {
        const running = await command
        controller.abort()
        expect(await rejectionOf(running.completed)).toMatchObject({ name: 'AbortError' })
        return
      }
      if (phase !== 'connects') await once(process, 'nothing', { signal: AbortSignal.timeout(50) }).catch(() => {})
      controller.abort()
      expect(await rejectionOf(command)).toMatchObject({ name: 'AbortError' })
    },
  )

  test('while its name is looked up', async () => {
    const controller = new AbortController()
    const command = rcmd({ ...to, host: 'localhost', port: 1, signal: controller.signal })
    controller.abort()
    expect(await rejectionOf(command)).toMatchObject({ name: 'AbortError' })
  })

  test.each(['aborts it', 'throws'])('from an onWait that %s', async (how) => {
    await using server = await silentServer()
    const controller = new AbortController()
    const options = { ...to, port: server.port, stderr: 'joined', replyTimeout: 300 } as const
    const others = Array.from({ length: 512 }, () => rejectionOf(rcmd(options)))
    const onWait = () => {
      if (how === 'throws') throw new RangeError('thrown')
      controller.abort()
    }
    const error = await rejectionOf(rcmd({ ...options, onWait, signal: controller.signal }))
    expect(error.name).toBe(how === 'throws' ? 'RangeError' : 'AbortError')
    await Promise.all(others)
    await once(process, 'nothing', { signal: AbortSignal.timeout(50) }).catch(() => {})
    expect(server.clientPorts.length).toBeLessThanOrEqual(512)
  })

  test('that waits for a listener, with a limit', async () => {
    await using server = await silentServer()
    const limits: { backTimeout: number; portTimeout: number } = { backTimeout: 400, portTimeout: 100 }
    const commands = Array.from({ length: 130 }, () => rejectionOf(rcmd({ ...to, port: server.port, ...limits })))
    const phases = (await Promise.all(commands)).map((error) => (error as unknown as { phase: RshPhase }).phase)
    expect([
      phases.filter((phase) => phase === 'back').length,
      phases.filter((phase) => phase === 'port').length,
    ]).toEqual([128, 2])
  })

  test('whose input is a stream lets go of that', async () => {
    await using server = await rshServer(({ socket }) => void socket.resume().end('\0'))
    const input = new Readable({ read() {} })
    const command = await rcmd({ ...to, port: server.port, stderr: 'joined', stdin: input })
    expect(await text(command.stdout)).toBe('')
    await command.completed
    expect(input.isPaused() || input.destroyed).toBe(true)
  })

  test('whose input breaks off cuts it short', async () => {
    await using server = await rshServer(({ socket }) => void socket.resume().write('\0'))
    const input = new Readable({ read() {} })
    const command = await rcmd({ ...to, port: server.port, stderr: 'joined', stdin: input })
    input.destroy()
    expect(await rejectionOf(command.completed)).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
  })

  test('whose reader is slow is no silence', async () => {
    await using server = await rshServer(({ socket }) => {
      socket.resume().write('\0')
      socket.write(Buffer.alloc(300_000), () => setTimeout(() => socket.end(), 20))
    })
    let length = 0
    const onData = async (_: string, __: string, chunk: Buffer) => {
      if (length === 0) await once(process, 'nothing', { signal: AbortSignal.timeout(300) }).catch(() => {})
      length += chunk.length
    }
    const options = { ...names, port: server.port, stderr: 'joined', silenceTimeout: 100, onData } as const
    const [result] = await allOf(multiRsh(['127.0.0.1'], options))
    expect([result?.error, length]).toEqual([undefined, 300_000])
  })
})
