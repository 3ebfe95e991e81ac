import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openProcessSocket } from '../../lib/diag.js'
import { fdOf } from '../../lib/handle.js'
import { BareSocket, getOption, setOption, setOptions } from '../../lib/index.js'
import { connectedPair, inProcess, isRoot, nobody, openDescriptors, thrownBy } from '../support.js'

describe('openProcessSocket', () => {
  test("reads and sets options of the process's own socket", () => {
    using socket = new BareSocket('ipv4')
    using borrowed = openProcessSocket(process.pid, socket.fd)
    setOption(borrowed, 'SO_KEEPALIVE', true)
    setOptions(borrowed, { TCP_USER_TIMEOUT: 5000 })
    expect(getOption(socket, 'SO_KEEPALIVE')).toBe(true)
    expect(getOption(socket, 'TCP_USER_TIMEOUT')).toBe(5000)
    expect(borrowed.fd).not.toBe(socket.fd)
  })

  test('tells its addresses', async () => {
    const { client, accepted, server } = await connectedPair()
    const borrowed = openProcessSocket(process.pid, fdOf(client))
    expect(borrowed.address()).toMatchObject({ address: '127.0.0.1', port: client.localPort })
    expect(borrowed.peerAddress()).toMatchObject({ address: '127.0.0.1', port: client.remotePort })
    borrowed.close()
    expect(thrownBy(() => borrowed.address()).code).toBe('ERR_SOCKET_CLOSED')
    client.destroy()
    accepted.destroy()
    server.close()
  })

  test('takes nothing from the process when it closes, even with an SO_LINGER that makes the last close a reset', async () => {
    const { client, accepted, server } = await connectedPair()
    const borrowed = openProcessSocket(process.pid, fdOf(client))
    setOption(borrowed, 'SO_LINGER', { on: true, seconds: 0 })
    borrowed.close()
    borrowed.close()
    expect(borrowed.fd).toBe(-1)
    client.write('still here')
    const [data] = await once(accepted, 'data')
    expect(String(data)).toBe('still here')
    const reset = once(accepted, 'error')
    client.destroy()
    expect((await reset)[0]).toMatchObject({ code: 'ECONNRESET' })
    server.close()
  })

  test('has no way to read, write, listen or shut down', () => {
    using socket = new BareSocket('ipv4')
    using borrowed = openProcessSocket(process.pid, socket.fd)
    const names = Object.getOwnPropertyNames(Object.getPrototypeOf(borrowed))
    expect(names.sort()).toEqual(['address', 'close', 'constructor', 'fd', 'peerAddress'])
  })

  test('is not passed on to a program that this process starts', () => {
    using socket = new BareSocket('ipv4')
    using borrowed = openProcessSocket(process.pid, socket.fd)
    const listing = execFileSync('ls', ['/proc/self/fd'], { encoding: 'utf8' }).split('\n')
    expect(listing).not.toContain(String(borrowed.fd))
  })

  test.each<[string, () => [unknown, unknown], string]>([
    ['a process that does not exist', () => [2 ** 31 - 1, 0], 'ESRCH'],
    ['a descriptor that is not open', () => [process.pid, 9999], 'EBADF'],
    ['a pid of 0', () => [0, 0], 'ERR_OUT_OF_RANGE'],
    ['a pid as a text', () => ['1', 0], 'ERR_INVALID_ARG_TYPE'],
    ['a negative descriptor', () => [process.pid, -1], 'ERR_OUT_OF_RANGE'],
    ['no descriptor', () => [process.pid, undefined], 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %s, and leaves no descriptor', (_what, args, code) => {
    const before = openDescriptors()
    expect(thrownBy(() => openProcessSocket(...(args() as [number, number]))).code).toBe(code)
    expect(openDescriptors()).toBe(before)
  })

  test('refuses a file, and leaves no descriptor', () => {
    const file = openSync('/dev/null', 'r')
    const before = openDescriptors()
    const error = thrownBy(() => openProcessSocket(process.pid, file))
    expect([error.code, error.option]).toEqual(['ENOTSOCK', undefined])
    expect(openDescriptors()).toBe(before)
    closeSync(file)
  })

  test.skipIf(!isRoot)(
    `is EPERM for another user's process${isRoot ? '' : ' (needs root to become one)'}`,
    async () => {
      const program = `
      try { diag.openProcessSocket(${process.pid}, 0) } catch ({ code, syscall }) { report([code, syscall]) }`
      expect(await inProcess<string[]>(program, nobody)).toEqual(['EPERM', 'pidfd_getfd'])
    },
  )
})
