import { Readable, type Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { describe, expect, test } from 'vitest'
import { rcmd } from '../../lib/rsh.js'
import { rejectionOf } from '../support.js'
import { expectNothingLeft, hasNamespaces, ownNamespace } from './namespace.js'
import { rshServer } from './server.js'

const to = { localUser: 'me', remoteUser: 'you', command: 'x', host: '127.0.0.1' } as const

/** A stream that goes on until it is destroyed. */
function endless(): Readable {
  return new Readable({ read() {} })
}

async function feed(input: Readable): Promise<void> {
  while (!input.destroyed) {
    input.push('more')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

describe.skipIf(!hasNamespaces)('the streams of a command (needs root, for a network namespace)', () => {
  ownNamespace()
  expectNothingLeft()

  test('may be destroyed with output unread, which ends the command all the same', async () => {
    await using server = await rshServer(({ socket }) => void socket.resume().end(Buffer.alloc(1_000_000)))
    const { stdout, completed } = await rcmd({ ...to, port: server.port, stderr: 'joined' })
    await new Promise((resolve) => stdout.once('readable', resolve))
    while (stdout.readableLength < stdout.readableHighWaterMark) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    stdout.destroy()
    expect(await completed).toMatchObject({ closedFirst: 'remote' })
  })

  test('take input for a command that has closed its stdout, without loss of its stderr', async () => {
    const input = endless()
    await using server = await rshServer(async ({ socket, back }) => {
      const errors = await back()
      // Closed, not only ended: what comes then is refused.
      socket.end('\0out', () => socket.destroy())
      input.once('close', () => errors.end('err'))
    })
    const { stdout, stderr, completed } = await rcmd({ ...to, port: server.port, stdin: input })
    expect(await text(stdout)).toBe('out')
    await feed(input)
    expect(stderr && (await text(stderr))).toBe('err')
    await completed
  })

  test('let go of whoever writes when the command ends', async () => {
    await using server = await rshServer(({ socket }) => void socket.resume().end('\0'))
    const command = await rcmd({ ...to, port: server.port, stderr: 'joined', stdin: 'stream' })
    const input = endless()
    const fed = rejectionOf(pipeline(input, command.stdin as Writable))
    command.stdout.resume()
    await Promise.all([command.completed, feed(input)])
    expect(await fed).toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' })
    expect(input.destroyed).toBe(true)
  })
})
