import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { multiRsh, rcmd } from '../../lib/rsh.js'
import { hasNamespaces, ownNamespace, remnantsTo } from './namespace.js'
import { allOf, rshServer } from './server.js'

const to = { localUser: 'me', remoteUser: 'you', command: 'x', host: '127.0.0.1' } as const

describe.skipIf(!hasNamespaces)('a command whose input has ended (needs root, for a network namespace)', () => {
  ownNamespace()

  test.each(['end', 'some input'])('was cut short where a reset is right behind its output (%s)', async (stdin) => {
    await using server = await rshServer(({ socket }) => {
      socket.resume().write('\0')
      socket.once('end', () => socket.write('half of', () => void socket.resetAndDestroy()))
    })
    const options = { ...to, port: server.port, stderr: 'joined', stdin } as const
    const [result] = await allOf(multiRsh(['127.0.0.1'], options))
    expect(result).toMatchObject({ ok: false, error: { code: 'ERR_SOCKCTL_RSH_CUT' }, timeWait: 'none' })
    expect(remnantsTo(server.port)).toBe(0)
  })

  test.each(['end', 'some input'])('leaves TIME_WAIT where the server ends right after it (%s)', async (stdin) => {
    // In a process of its own, where it has ended before this one looks.
    const program = `require('net').createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {}).once('data', () => socket.write('\\0')).on('end', () => socket.end())
    }).listen(0, '127.0.0.1', function () { process.send(this.address().port) })`
    const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    try {
      const [port] = (await once(child, 'message')) as [number]
      const options = { ...to, port, stderr: 'joined', stdin, fanout: 1 } as const
      const results = await allOf(multiRsh(Array(10).fill('127.0.0.1'), options))
      expect(results.map(({ ok, timeWait }) => `${ok} ${timeWait}`)).toEqual(Array(10).fill('true local'))
      expect(remnantsTo(port)).toBe(10)
    } finally {
      child.kill()
    }
  })

  test('leaves no TIME_WAIT where the server had ended before, unread', async () => {
    // More than is read ahead, and less than the kernel takes.
    const size = 100_000
    let ended: Promise<unknown> | undefined
    await using server = await rshServer(({ socket }) => {
      ended = once(socket.resume().end(`\0${'x'.repeat(size)}`), 'finish')
    })
    const command = await rcmd({ ...to, port: server.port, stderr: 'joined', stdin: 'stream' })
    await ended
    command.stdin?.end()
    expect(await text(command.stdout)).toHaveLength(size)
    expect(await command.completed).toMatchObject({ closedFirst: 'remote', timeWait: 'remote' })
    expect(remnantsTo(server.port)).toBe(0)
  })

  test('leaves TIME_WAIT, and says so, where it is cut short after the end of both sides', async () => {
    await using server = await rshServer(async ({ socket, back }) => {
      await back()
      socket.resume().write('\0')
      socket.once('end', () => socket.end())
    })
    const [result] = await allOf(multiRsh(['127.0.0.1'], { ...to, port: server.port, stdin: 'end', timeout: 300 }))
    expect([result?.ok, result?.timeWait, remnantsTo(server.port)]).toEqual([false, 'local', 1])
  })
})
