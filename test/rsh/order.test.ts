import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { multiRsh, rcmd } from '../../lib/rsh.js'
import { closed, rejectionOf, thrownBy } from '../support.js'
import { hasNamespaces, ownNamespace } from './namespace.js'
import { echo, rawServer, rshServer } from './server.js'

const to = { localUser: 'me', remoteUser: 'you', command: 'echo', host: '127.0.0.1' } as const

describe.skipIf(!hasNamespaces)('rcmd to a server that (needs root, for a network namespace)', () => {
  ownNamespace()

  test('sends the byte 0 twice takes the second one for output', async () => {
    await using server = await rshServer(({ socket }) => void socket.end('\0\0out'))
    const command = await rcmd({ ...to, port: server.port, stderr: 'joined' })
    expect(await text(command.stdout)).toBe('\0out')
  })

  test('connects back from a wrong port first, and then from a right one, is taken at its second word', async () => {
    await using server = await rshServer(async ({ socket, back }) => {
      await back({ localPort: 0 }).then(closed, () => {})
      const errors = await back()
      socket.end('\0out')
      errors.end('err')
    })
    const { stdout, stderr } = await rcmd({ ...to, port: server.port })
    expect(await Promise.all([text(stdout), stderr && text(stderr)])).toEqual(['out', 'err'])
  })

  test('ends stdout before it prints on stderr loses nothing of either', async () => {
    await using server = await rshServer(async ({ socket, back }) => {
      const errors = await back()
      socket.end('\0out', () => setTimeout(() => errors.end('err'), 30))
    })
    const { stdout, stderr, completed } = await rcmd({ ...to, port: server.port })
    expect(await Promise.all([text(stdout), stderr && text(stderr)])).toEqual(['out', 'err'])
    expect(await completed).toMatchObject({ closedFirst: 'remote', timeWait: 'remote' })
  })

  test('resets right behind its output has cut the command short, not ended it', async () => {
    await using server = await rshServer(({ socket }) => {
      socket.write('\0out', () => void socket.resetAndDestroy())
    })
    for await (const { ok, error } of multiRsh(['127.0.0.1'], { ...to, port: server.port, stderr: 'joined' })) {
      expect([ok, error]).toEqual([false, expect.objectContaining({ code: expect.stringMatching(/CUT|REFUSED/) })])
    }
  })

  test('has closed stdout may be sent more input, without loss of its stderr', async () => {
    await using server = await rshServer(async ({ socket, back }) => {
      const errors = await back()
      socket.end('\0out')
      socket.destroySoon()
      setTimeout(() => errors.end('err'), 60)
    })
    const command = await rcmd({ ...to, port: server.port, stdin: 'stream' })
    const errors = command.stderr && text(command.stderr)
    expect(await text(command.stdout)).toBe('out')
    for (let count = 0; count < 3; count++) {
      command.stdin?.write('more')
      await sleep(10)
    }
    expect(await errors).toBe('err')
    await command.completed
  })

  test('has closed stderr can be sent no signal any more', async () => {
    await using server = await rshServer(async ({ socket, back }) => {
      ;(await back()).end()
      socket.write('\0')
      socket.once('data', () => socket.end())
    })
    const command = await rcmd({ ...to, port: server.port, stdin: 'stream' })
    await once(command.stderr?.resume() as NodeJS.EventEmitter, 'end')
    expect(thrownBy(() => command.kill())).toMatchObject({ code: 'ERR_INVALID_STATE' })
    command.stdin?.write('go')
    command.stdout.resume()
    await command.completed
  })

  test('says yes before it is asked does not speak rsh', async () => {
    await using server = await rawServer((socket) => socket.resume().write('\0'))
    // Each of them has a listener to itself, so that the last ones get none.
    const commands = Array.from({ length: 140 }, () =>
      rejectionOf(rcmd({ ...to, port: server.port, backTimeout: 300 })),
    )
    const codes = (await Promise.all(commands)).map(({ code }) => code)
    expect(new Set(codes)).toEqual(new Set(['ERR_SOCKCTL_RSH_TIMEOUT', 'ERR_SOCKCTL_RSH_PROTOCOL']))
  })

  test.each(['0:0:0:0:0:0:0:1', '::0001'])('is written %s is known when it connects back', async (host) => {
    await using server = await rshServer(echo, '::1')
    const { stdout, stderr } = await rcmd({ ...to, host, port: server.port, backAddress: 'dialled' })
    expect(await Promise.all([text(stdout), stderr && text(stderr)])).toEqual(['echo', 'echo!'])
  })
})
