import { once } from 'node:events'
import net, { type LookupFunction } from 'node:net'
import { text } from 'node:stream/consumers'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { BareSocket } from '../../lib/index.js'
import { multiRsh, rcmd } from '../../lib/rsh.js'
import { rejectionOf } from '../support.js'
import { hasNamespaces, ownNamespace, remnantsTo } from './namespace.js'
import { allOf, echo, rshServer } from './server.js'

const to = { localUser: 'me', remoteUser: 'you', command: 'echo' }

describe.skipIf(!hasNamespaces)('rcmd (needs root, for a network namespace)', () => {
  ownNamespace()

  test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])('gives both channels of %s', async (host) => {
    await using server = await rshServer(echo, host === '::1' ? '::1' : '127.0.0.1')
    const command = await rcmd({ ...to, host, port: server.port })
    const outputs = await Promise.all([text(command.stdout), command.stderr && text(command.stderr)])
    expect(outputs).toEqual(['echo', 'echo!'])
    expect(await command.completed).toMatchObject({ closedFirst: 'remote', timeWait: 'remote' })
    expect(server.clientPorts).toEqual([command.localPort])
    expect(remnantsTo(server.port)).toBe(0)
  })

  test('looks names up in the way that it is given', async () => {
    await using server = await rshServer(echo)
    const asked: string[] = []
    const lookup: LookupFunction = (name, _, callback) => {
      asked.push(name)
      callback(null, [{ address: '127.0.0.1', family: 4 }])
    }
    const command = await rcmd({ ...to, host: 'a-name', port: server.port, stderr: 'joined', lookup })
    command.stdout.resume()
    await command.completed
    expect([asked, command.address]).toEqual([['a-name'], '127.0.0.1'])
  })

  test('goes on to the next address of a name where one does not answer, and counts the time of both', async () => {
    await using server = await rshServer(echo)
    using deaf = new BareSocket('ipv4')
    deaf.listen(0, { address: '127.0.0.3', port: server.port })
    // Fills its queue, so that it answers nobody else.
    const filling = [1, 2, 3].map(() => net.connect(server.port, '127.0.0.3').on('error', () => {}))
    await once(filling[0] as net.Socket, 'connect')
    const lookup: LookupFunction = (_, __, callback) => {
      callback(
        null,
        ['127.0.0.3', '127.0.0.1'].map((address) => ({ address, family: 4 })),
      )
    }
    const command = await rcmd({ ...to, host: 'a-name', port: server.port, lookup, connectTimeout: 200 })
    expect([await text(command.stdout), command.address]).toEqual(['echo', '127.0.0.1'])
    command.stderr?.resume()
    expect((await command.completed).durationMs).toBeGreaterThanOrEqual(199)
    for (const socket of filling) socket.destroy()
  })

  test('gives one channel where both are joined', async () => {
    await using server = await rshServer(echo)
    const command = await rcmd({ ...to, host: '127.0.0.1', port: server.port, stderr: 'joined' })
    expect(command.stderr).toBeUndefined()
    expect(await text(command.stdout)).toBe('echoecho!')
  })

  test('accepts the second connection from another address, unless it may not', async () => {
    await using server = await rshServer(async ({ socket, back }) => {
      await back({ localAddress: '127.0.0.9' }).then(
        (errors) => errors.end('from 9'),
        () => {},
      )
      socket.end('\0')
    })
    const options = { ...to, host: '127.0.0.1', port: server.port }
    const command = await rcmd(options)
    command.stdout.resume()
    expect(command.stderr && (await text(command.stderr))).toBe('from 9')
    const error = await rejectionOf(rcmd({ ...options, backAddress: 'dialled' }))
    expect(error).toMatchObject({ code: 'ERR_SOCKCTL_RSH_CHANNEL', host: '127.0.0.1' })
    expect(error.message).toContain('127.0.0.9')
  })

  test('sends the input that it is given, and says who holds TIME_WAIT then', async () => {
    await using server = await rshServer(({ socket }) => {
      socket.write('\0')
      socket.pipe(socket)
    })
    const options = { ...to, host: '127.0.0.1', port: server.port, stderr: 'joined' } as const
    const given = await rcmd({ ...options, stdin: 'a text' })
    expect(await text(given.stdout)).toBe('a text')
    expect(await given.completed).toMatchObject({ closedFirst: 'local', timeWait: 'local' })
    const written = await rcmd({ ...options, stdin: 'stream' })
    written.stdin?.end('written')
    expect(await text(written.stdout)).toBe('written')
    expect(remnantsTo(server.port)).toBe(2)
  })

  test('sends bytes of another realm', async () => {
    await using server = await rshServer(({ socket }) => {
      socket.write('\0')
      socket.pipe(socket)
    })
    const stdin: Uint8Array = runInNewContext('Uint8Array.of(104, 105)')
    const options = { ...to, port: server.port, stderr: 'joined', stdin } as const
    const given = await rcmd({ ...options, host: '127.0.0.1' })
    expect(await text(given.stdout)).toBe('hi')
    const [result] = await allOf(multiRsh(['127.0.0.1'], options))
    expect(`${result?.stdout}`).toBe('hi')
  })

  test('sends a signal over the second connection', async () => {
    await using server = await rshServer(async ({ socket, back }) => {
      const errors = await back()
      errors.once('data', (chunk: Buffer) => {
        socket.end(`signal ${chunk.join()}`)
        errors.end()
      })
      socket.write('\0')
    })
    const command = await rcmd({ ...to, host: '127.0.0.1', port: server.port })
    command.stderr?.resume()
    command.kill('SIGINT')
    expect(await text(command.stdout)).toBe('signal 2')
  })

  test('passes on what only looks like a refusal at first', async () => {
    await using server = await rshServer(({ socket }) => void socket.end('\0Authentication failure\nand more'))
    const options = { ...to, host: '127.0.0.1', port: server.port, stderr: 'joined' } as const
    expect(await text((await rcmd(options)).stdout)).toBe('Authentication failure\nand more')
  })

  test('is cut short by a signal, which leaves no TIME_WAIT', async () => {
    await using server = await rshServer(({ socket }) => void socket.write('\0'))
    const controller = new AbortController()
    const options = { ...to, host: '127.0.0.1', port: server.port, stderr: 'joined' } as const
    const command = await rcmd({ ...options, signal: controller.signal })
    controller.abort()
    expect(await rejectionOf(command.completed)).toMatchObject({ name: 'AbortError' })
    expect(remnantsTo(server.port)).toBe(0)
  })
})

describe('rcmd', () => {
  test('refuses bad options before any system call', async () => {
    const code = async (options: object) => (await rejectionOf(rcmd(options as never))).code
    expect(await code({ host: 'a' })).toBe('ERR_INVALID_ARG_TYPE')
    expect(await code({ host: 'a', command: 'x\0y' })).toBe('ERR_INVALID_ARG_VALUE')
    expect(await code({ host: 'a', command: 'x', port: 70000 })).toBe('ERR_SOCKET_BAD_PORT')
    expect(await code({ host: 'a', command: 'x', stderr: 'none' })).toBe('ERR_INVALID_ARG_VALUE')
    expect(await code({ host: 'a', command: 'x', backTimeout: -1 })).toBe('ERR_OUT_OF_RANGE')
    expect(await code({ host: 'a', command: 'x', lookup: 'dns' })).toBe('ERR_INVALID_ARG_TYPE')
  })
})
