import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Courier } from '../../../lib/adopt/handover/courier.js'
import { takeover } from '../../../lib/handover.js'
import { rejectionOf } from '../../support.js'
import { useFolder } from '../folder.js'
import { closeServer } from '../pairs.js'
import { answer, begun, has, httpServer, type Started, serving } from './serving.js'
import { keepPrograms } from './world.js'

const start = keepPrograms()
const host = '127.0.0.1'
/** How long the old process waits for an answer, in milliseconds. */
const patience = 400
let path: string

useFolder((_, socket) => {
  path = socket
})

/** Options with which a process stops itself at a step, as if it were suspended or its machine had no time for it. */
const stopping = (step: string) => `{ prepare: async () => {
  const { subscribe } = await import('node:diagnostics_channel')
  subscribe('sockctl:takeover', (taken) => {
    if (taken.step !== '${step}') return
    post({ stopping: true })
    process.kill(process.pid, 'SIGSTOP')
  })
} }`

/** A server whose connections stay. */
const staying = (port: number) =>
  `{ web: { server: net.createServer((socket) => socket.on('error', () => {}).write(pid)), listen: { host: '${host}', port: ${port} } } }`

async function stay(port: number): Promise<{ client: net.Socket; pid: number }> {
  const client = net.connect(port, host)
  client.on('error', () => {})
  const [data] = await once(client, 'data')
  return { client, pid: Number(data) }
}

describe('a process', () => {
  test('that is taken over in its turn leaves nothing for those before it to take up', async () => {
    const first = await start(serving(path, staying(0)))
    const { port } = await first.message<Started>(begun)
    const { client } = await stay(port)
    const second = await start(serving(path, staying(port)))
    await second.message(begun)
    const third = await start(serving(path, staying(port)))
    await third.message(begun)
    await second.message(has('left'))
    process.kill(second.pid, 'SIGKILL')
    await second.exited
    const later = await stay(port)
    expect(later.pid).toBe(third.pid)
    client.destroy()
    await first.exited
    await expect(first.message(has('resumed'))).rejects.toThrow('it ended')
    later.client.destroy()
  })

  test('that stops on its way is waited for, so that no two go on', async () => {
    const old = await start(serving(path, httpServer(0), `{ timeout: ${patience} }`))
    const { port } = await old.message<Started>(begun)
    const next = await start(serving(path, httpServer(port), stopping('confirmed')))
    await next.message(has('stopping'))
    await setTimeout(2 * patience)
    const third = await start(serving(path, httpServer(port)))
    expect(await third.message(has('error'))).toMatchObject({ text: expect.stringContaining(`by process ${next.pid}`) })
    expect((await answer(port)).body).toBe(String(old.pid))
    process.kill(next.pid, 'SIGCONT')
    await old.message(has('left'))
    expect((await answer(port)).body).toBe(String(next.pid))
  })

  test('that may open no more files fails to hand over, and can later', async () => {
    using other = new Courier()
    const limit = (files: number) => execFileSync('prlimit', [`--pid=${old.pid}`, `--nofile=${files}:`])
    const old = await start(serving(path, httpServer(0)))
    const { port } = await old.message<Started>(begun)
    const visitor = net.connect(path)
    await once(visitor, 'data')
    // What is open stays so.
    limit(3)
    visitor.write(`${JSON.stringify({ step: 'ready-to-receive', to: other.name })}\n`)
    expect(await old.message(has('failed'))).toMatchObject({ failed: expect.stringContaining('EMFILE') })
    limit(1024)
    const next = await start(serving(path, httpServer(port)))
    await next.message(begun)
    await old.message(has('left'))
  })
})

/** Options with which a new process says that it has come to the old one. */
const telling = `(await import('node:diagnostics_channel')).subscribe('sockctl:takeover', ({ step }) =>
  step === 'connected' && post({ connected: true })) ?? {}`

/** Options with which a process takes its time before its servers start. */
const preparing = `{ prepare: () => new Promise((done) => {
  process.on('message', (answer) => answer === 'go on' ? done() : post({ answer }))
  post({ preparing: true })
}) }`

describe('two processes that start at once', () => {
  test.each([false, true])('end in one that serves, with reusePort: %s', async (reusePort) => {
    const servers = httpServer(0).replace('listen: {', `listen: { reusePort: ${reusePort},`)
    const first = await start(serving(path, servers, preparing))
    await first.message(has('preparing'))
    const second = await start(serving(path, servers, telling))
    await second.message(has('connected'))
    // By the second answer it has seen who came.
    await first.tell('once')
    await first.tell('twice')
    first.send('go on')
    expect((await second.message<Started>(begun)).start).toMatchObject({ received: ['web'], bound: [] })
    await first.message(has('left'))
    await first.exited
  })
})

describe('close() of a process that has given its sockets', () => {
  test('leaves the file to the new one, which goes on', async () => {
    const old = await start(serving(path, httpServer(0)))
    const { port } = await old.message<Started>(begun)
    const next = await start(serving(path, httpServer(port), preparing))
    await next.message(has('preparing'))
    await old.tell('close')
    process.kill(old.pid, 'SIGKILL')
    next.send('go on')
    expect((await next.message<Started>(begun)).start.received).toEqual(['web'])
    const third = await start(serving(path, httpServer(port)))
    expect((await third.message<Started>(begun)).start.received).toEqual(['web'])
  })
})

describe('takeover', () => {
  test('gives what is still there when the program has closed one of its servers', async () => {
    const two = `{ ...${httpServer(0)}, more: { server: net.createServer().once('listening', function () { setImmediate(() => this.close()) }),
      listen: { host: '${host}' } } }`
    const old = await start(serving(path, two))
    const { port } = await old.message<Started>(begun)
    const next = await start(serving(path, two.replace('port: 0', `port: ${port}`)))
    expect((await next.message<Started>(begun)).start).toMatchObject({ received: ['web'], bound: ['more'] })
    await old.message(has('left'))
  })

  test('serves on where `allow` throws what is no error', async () => {
    const server = http.createServer()
    const allow = () => {
      throw 'not today'
    }
    const running = await takeover(path, { web: { server, listen: { port: 0, host } } }, { allow })
    const visitor = net.connect(path)
    expect(String((await once(visitor, 'data'))[0])).toContain('not today')
    expect(server.listening).toBe(true)
    visitor.destroy()
    running.close()
    await closeServer(server)
  })

  test.each(['a file', 'a folder', 'a link to nowhere'])('refuses %s at its path', async (kind) => {
    const odd = join(dirname(path), 'odd')
    if (kind === 'a file') writeFileSync(odd, '')
    else if (kind === 'a folder') mkdirSync(odd)
    else symlinkSync(join(dirname(path), 'nowhere'), odd)
    const server = http.createServer()
    const error = await rejectionOf(takeover(odd, { web: { server, listen: { port: 0, host } } }))
    expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' })
    expect(server.listening).toBe(false)
  })
})
