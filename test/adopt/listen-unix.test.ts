import { once } from 'node:events'
import { existsSync, mkdtempSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BareSocket, type ListenOptions, listen } from '../../lib/index.js'
import { inProcess, isRoot, nobody, openDescriptors, rejectionOf } from '../support.js'
import { closeServer } from './pairs.js'
import { keepServers } from './servers.js'

const keep = keepServers()
let folder: string
let path: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
  path = join(folder, 'socket')
})

afterEach(() => {
  rmSync(folder, { recursive: true })
})

function serve(options: ListenOptions): Promise<net.Server> {
  return listen(keep(net.createServer((socket) => socket.on('error', () => {}).end('hello'))), options)
}

function modeOf(file: string): number {
  return statSync(file).mode & 0o777
}

describe('listen on a path', () => {
  test('serves', async () => {
    const server = await serve({ path })
    expect(server.address()).toBe(path)
    expect(statSync(path).isSocket()).toBe(true)
    for (let round = 0; round < 3; round++) expect(await text(net.connect(path))).toBe('hello')
  })

  test('serves under an abstract name, which has no file', async () => {
    const name = `\0${path}`
    const server = await serve({ path: name })
    expect(server.address()).toBe(name)
    expect(existsSync(path)).toBe(false)
    using client = new BareSocket('unix')
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    client.connect({ path: name })
    ;(await accepted)[0].destroy()
    await closeServer(server)
    using other = new BareSocket('unix')
    other.bind({ path: name })
  })

  test('removes the file when the server closes', async () => {
    const server = await serve({ path })
    await closeServer(server)
    expect(existsSync(path)).toBe(false)
    await listen(server, { path })
    expect(await text(net.connect(path))).toBe('hello')
  })

  test('removes it at once, so that the server can come back before it says close', async () => {
    const server = await serve({ path })
    // Not in a tick of its own: 'close' comes once it listens again.
    await Promise.resolve()
    server.close()
    expect(existsSync(path)).toBe(false)
    await listen(server, { path })
    await new Promise((resolve) => setImmediate(resolve))
    expect({ listening: server.listening, file: existsSync(path) }).toEqual({ listening: true, file: true })
  })

  test('leaves a file that another has put in its place', async () => {
    const server = await serve({ path })
    unlinkSync(path)
    writeFileSync(path, 'mine')
    await closeServer(server)
    expect(statSync(path).isFile()).toBe(true)
  })

  test('leaves the socket of a successor', async () => {
    const [first, second] = [await serve({ path }), await serve({ path: `${path}.new` })]
    renameSync(`${path}.new`, path)
    await closeServer(first)
    expect(await text(net.connect(path))).toBe('hello')
    expect(second.listening).toBe(true)
  })

  test('does without a file that is gone', async () => {
    const server = await serve({ path })
    unlinkSync(path)
    await closeServer(server)
    expect(server.listening).toBe(false)
  })

  test.each([
    [{}, 0],
    [{ readableAll: true }, 0o444],
    [{ writableAll: true }, 0o222],
    [{ readableAll: true, writableAll: true }, 0o666],
  ])('with %j gives the file that mode besides its own', async (access, more) => {
    const umask = process.umask(0o177)
    try {
      await serve({ path, ...access })
      expect(modeOf(path)).toBe(0o600 | more)
    } finally {
      process.umask(umask)
    }
  })

  test.skipIf(!isRoot)(`is open to others with writableAll only${isRoot ? '' : ' (needs root)'}`, async () => {
    // The folder is not what keeps others out.
    const open = `/tmp/sockctl-open-${process.pid}`
    const reach = (address: string) =>
      inProcess(
        `
        const socket = new sockctl.BareSocket('unix')
        try { socket.connect({ path: ${JSON.stringify(address)} }); report('reached') } catch ({ code }) { report(code) }`,
        nobody,
      )
    const server = await serve({ path: open })
    expect(await reach(open)).toBe('EACCES')
    await closeServer(server)
    await serve({ path: open, readableAll: true, writableAll: true })
    expect(await reach(open)).toBe('reached')
  })

  test('says bind where a file is, and leaves it', async () => {
    writeFileSync(path, 'mine')
    const descriptors = openDescriptors()
    const error = await rejectionOf(serve({ path }))
    expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind', address: path })
    expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
    expect(statSync(path).isFile()).toBe(true)
  })

  test('says bind where another server listens, and leaves that alone', async () => {
    await serve({ path })
    expect(await rejectionOf(serve({ path }))).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind', address: path })
    expect(await text(net.connect(path))).toBe('hello')
  })

  test('says bind where there is no folder', async () => {
    const missing = join(folder, 'none', 'socket')
    expect(await rejectionOf(serve({ path: missing }))).toMatchObject({ code: 'ENOENT', syscall: 'bind' })
  })

  test('leaves no file when it fails after bind', async () => {
    const server = await serve({ path })
    const error = await rejectionOf(listen(server, { path: `${path}.second` }))
    expect(error).toHaveProperty('code', 'ERR_SERVER_ALREADY_LISTEN')
    expect(existsSync(`${path}.second`)).toBe(false)
  })

  test('has the backlog that it is told', async () => {
    const server = keep(net.createServer({ pauseOnConnect: true }))
    await listen(server, { path, backlog: 1 })
    // Nobody accepts while this function runs: one more than the backlog fits.
    const clients = Array.from({ length: 3 }, () => new BareSocket('unix'))
    const outcomes = clients.map((client) => {
      try {
        client.connect({ path })
        return 'queued'
      } catch (error) {
        return (error as { code: string }).code
      }
    })
    expect(outcomes).toEqual(['queued', 'queued', 'EAGAIN'])
    server.on('connection', (socket) => socket.destroy())
    const accepted = once(server, 'connection')
    for (const client of clients) client.close()
    await accepted
  })

  test('closes with its signal, and removes the file', async () => {
    const controller = new AbortController()
    const server = await serve({ path, signal: controller.signal })
    const gone = once(server, 'close')
    controller.abort()
    await gone
    expect(existsSync(path)).toBe(false)
  })
})
