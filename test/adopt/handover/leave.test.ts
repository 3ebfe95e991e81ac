import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { useFolder } from '../folder.js'
import { begun, has, type Started, serving } from './serving.js'
import { keepPrograms, type Program } from './world.js'

const start = keepPrograms()
const host = '127.0.0.1'
let path: string

useFolder((_, socket) => {
  path = socket
})

/** A server whose connections stay. */
const staying = (port: number) =>
  `{ web: { server: net.createServer((socket) => socket.on('error', () => {}).write(pid)), listen: { host: '${host}', port: ${port} } } }`

/** A process that has a connection, and the one that has taken over from it. */
async function succession(
  options: string,
  others = '{}',
  servers = staying,
): Promise<{ old: Program; next: Program; client: net.Socket; port: number }> {
  const old = await start(serving(path, servers(0), options))
  const { port } = await old.message<Started>(begun)
  const client = net.connect(port, host).on('error', () => {})
  await once(client, 'data')
  const next = await start(serving(path, servers(port), others))
  await next.message(begun)
  return { old, next, client, port }
}

describe('the function `leave`', () => {
  test('runs while the connections end, and is waited for', async () => {
    const leave = '{ leave: () => new Promise((done) => { post({ leaving: true }); process.once("message", done) }) }'
    const { old, client } = await succession(leave)
    await old.message(has('leaving'))
    client.destroy()
    await old.tell('anything')
    expect(await old.message(has('left'))).toMatchObject({ left: { connections: 1, cut: 0 } })
  })

  test.each([
    "{ leave() { throw new Error('on purpose') } }",
    "{ leave: async () => { throw new Error('on purpose') } }",
  ])('that fails keeps no process from leaving, and `left` says so: %s', async (leave) => {
    const { old, next, client } = await succession(leave)
    client.destroy()
    expect(await next.message(has('predecessor'))).toMatchObject({ predecessor: { outcome: 'left', cut: 0 } })
    expect(await old.message(has('error'))).toMatchObject({ error: 'on purpose' })
    await expect(old.message(has('failed'))).rejects.toThrow('it ended')
  })
})

describe('close() of a process that has been taken over from', () => {
  test('leaves its connections to end, and takes nothing up again', async () => {
    const { old, next, client } = await succession('{}')
    await old.tell('close')
    expect(existsSync(path)).toBe(true)
    process.kill(next.pid, 'SIGKILL')
    await next.exited
    client.destroy()
    expect(await old.message(has('left'))).toMatchObject({ left: { connections: 1, cut: 0 } })
    await expect(old.message(has('resumed'))).rejects.toThrow('it ended')
  })

  test('lets it say that it has left', async () => {
    const { old, next, client } = await succession('{}')
    await old.tell('close')
    client.destroy()
    expect(await next.message(has('predecessor'))).toMatchObject({ predecessor: { outcome: 'left', connections: 1 } })
  })
})

describe('a server whose signal fires while its connections end', () => {
  test('is not taken up again', async () => {
    const aborting = (port: number) =>
      staying(port).replace('listen: {', 'listen: { signal: (globalThis.ending = new AbortController()).signal,')
    const telling = "{ prepare: () => void process.on('message', (word) => word === 'abort' && ending.abort()) }"
    const { old, next, client, port } = await succession(telling, '{}', aborting)
    await old.tell('abort')
    process.kill(next.pid, 'SIGKILL')
    await old.message(has('resumed'))
    await next.exited
    const refused = net.connect(port, host)
    // The last duplicate of the socket may be about to be closed.
    expect((await once(refused, 'error'))[0].code).toMatch(/^ECONN(REFUSED|RESET)$/)
    client.destroy()
  })
})

describe('a new process that closes its servers', () => {
  const ending = `{ prepare: () => void process.once('message', () => {
    running.close()
    first.server.close()
    setImmediate(() => process.disconnect())
  }) }`

  test('ends, while the connections of the old one have not', async () => {
    const { old, next, client } = await succession('{}', ending)
    next.send('end')
    await next.exited
    client.destroy()
    expect(await old.message(has('left'))).toMatchObject({ left: { connections: 1, cut: 0 } })
  })

  test('is believed by an old one that finds it gone before it reads so', async () => {
    const suspended = `{ prepare: async () => {
      const { subscribe } = await import('node:diagnostics_channel')
      subscribe('sockctl:takeover', ({ side, step }) => {
        if (side === 'old' && step === 'relieved') process.kill(process.pid, 'SIGSTOP')
      })
    } }`
    const { old, next, client } = await succession(suspended, ending)
    next.send('end')
    await next.exited
    await expect.poll(() => readFileSync(`/proc/${old.pid}/stat`, 'latin1')).toMatch(/\) T /)
    process.kill(old.pid, 'SIGCONT')
    client.destroy()
    expect(await old.message(has('left'))).toMatchObject({ left: { connections: 1, cut: 0 } })
  })
})
