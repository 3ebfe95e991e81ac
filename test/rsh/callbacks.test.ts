import type { LookupFunction } from 'node:net'
import { describe, expect, test } from 'vitest'
import { type MultiRshOptions, multiRsh, rcmd } from '../../lib/rsh.js'
import { rejectionOf } from '../support.js'
import { expectNothingLeft, hasNamespaces, ownNamespace } from './namespace.js'
import { allOf, rawServer, rshServer } from './server.js'

const to = { localUser: 'me', remoteUser: 'you', command: 'x', stderr: 'joined' } as const
const falsy = { code: 'ERR_FALSY_VALUE_REJECTION' }

function throwNothing(): never {
  throw undefined
}

describe.skipIf(!hasNamespaces)('functions of the caller (needs root, for a network namespace)', () => {
  ownNamespace()
  expectNothingLeft()

  const failing: [string, string, MultiRshOptions][] = [
    ['an onData that throws', '127.0.0.1', { ...to, onData: throwNothing }],
    ['an onData that rejects', '127.0.0.1', { ...to, onData: () => Promise.reject() }],
    ['a lookup that throws', 'a-name', { ...to, lookup: throwNothing }],
  ]

  test.each(failing)('fail a command even where nothing is thrown: %s', async (_, host, options) => {
    await using server = await rshServer(({ socket }) => void socket.resume().end('\0out'))
    const [result] = await allOf(multiRsh([host], { ...options, port: server.port }))
    expect(result).toMatchObject({ ok: false, error: falsy })
  })

  test('fail a command that waits, where an onWait throws nothing', async () => {
    await using server = await rawServer((socket) => socket.resume())
    const options = { ...to, host: '127.0.0.1', port: server.port, replyTimeout: 300 } as const
    const others = Array.from({ length: 512 }, () => rejectionOf(rcmd(options)))
    expect(await rejectionOf(rcmd({ ...options, onWait: throwNothing }))).toMatchObject(falsy)
    await Promise.all(others)
  })

  test('may give anything where a promise may be', async () => {
    await using server = await rshServer(({ socket }) => void socket.resume().end('\0out'))
    const chunks: Buffer[] = []
    const onData = (_: string, __: string, chunk: Buffer) => chunks.push(chunk)
    const options = { ...to, port: server.port, onData: onData as never }
    expect(await allOf(multiRsh(['127.0.0.1'], options))).toMatchObject([{ ok: true }])
    expect(`${Buffer.concat(chunks)}`).toBe('out')
  })

  test.each([null, undefined])('that destroy a command with %s cut it short', async (error) => {
    await using server = await rshServer(({ socket }) => void socket.write('\0some'))
    const command = await rcmd({ ...to, host: '127.0.0.1', port: server.port })
    command.destroy(error)
    expect(await rejectionOf(command.completed)).toMatchObject({ code: 'ABORT_ERR' })
  })

  test('can end the command while its name is looked up, and answer later', async () => {
    const controller = new AbortController()
    const lookup: LookupFunction = (_, __, callback) => {
      controller.abort()
      setImmediate(() => callback(null, [{ address: '127.0.0.1', family: 4 }]))
    }
    const command = rcmd({ ...to, host: 'a-name', port: 1, lookup, signal: controller.signal })
    expect(await rejectionOf(command)).toMatchObject({ name: 'AbortError' })
  })
})
