import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { beforeEach, describe, expect, test } from 'vitest'
import type { PathInUseError } from '../../lib/index.js'
import { BareSocket, listen } from '../../lib/index.js'
import { openDescriptors, rejectionOf } from '../support.js'
import { useFolder } from './folder.js'
import { closeServer } from './pairs.js'
import { keepServers } from './servers.js'
import { killListener, leaveStale } from './stale.js'

const keep = keepServers()
let folder: string
let path: string

useFolder((made, socket) => {
  folder = made
  path = socket
})

function serve(staleSocket?: 'refuse' | 'remove', where = path): Promise<net.Server> {
  return listen(keep(net.createServer((socket) => socket.on('error', () => {}).end('hello'))), {
    path: where,
    staleSocket,
  })
}

/** How listen() is refused; expects all files to stay as they are, and no descriptor to be left. */
async function refusal(staleSocket?: 'refuse' | 'remove'): Promise<PathInUseError> {
  const look = () => ({ files: readdirSync(folder), number: statSync(path).ino })
  const [before, descriptors] = [look(), openDescriptors()]
  const error = (await rejectionOf(serve(staleSocket))) as PathInUseError
  expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind', address: path })
  expect(look()).toEqual(before)
  // Those that a test before has closed may go meanwhile.
  expect(openDescriptors()).toBeLessThanOrEqual(descriptors)
  return error
}

describe('listen at a path where a server was killed', () => {
  beforeEach(() => killListener(path))

  test('is refused, and told that it is stale and what to do', async () => {
    const error = await refusal()
    expect(error.stale).toBe(true)
    expect(error.message).toContain("staleSocket: 'remove'")
    expect((await refusal('refuse')).stale).toBe(true)
  })

  test("with staleSocket: 'remove' replaces the file, and leaves nothing else", async () => {
    const descriptors = openDescriptors()
    const server = await serve('remove')
    expect(openDescriptors()).toBe(descriptors + 1)
    expect(readdirSync(folder)).toEqual(['socket'])
    expect(await text(net.connect(path))).toBe('hello')
    await closeServer(server)
    expect(existsSync(path)).toBe(false)
  })
})

describe.each(['refuse', 'remove'] as const)("listen at a path that is taken, with staleSocket: '%s'", (policy) => {
  test('leaves a server alone', async () => {
    const server = await serve()
    const knocked = once(server, 'connection')
    expect((await refusal(policy)).stale).toBe(false)
    await knocked
    expect(await text(net.connect(path))).toBe('hello')
  })

  test('leaves a server alone whose queue is full', async () => {
    using server = new BareSocket('unix')
    server.listen(0, { path })
    using queued = new BareSocket('unix')
    queued.connect({ path })
    expect((await refusal(policy)).stale).toBe(false)
  })

  test('leaves a datagram socket alone', async () => {
    using socket = new BareSocket('unix', 'datagram')
    socket.bind({ path })
    expect((await refusal(policy)).stale).toBe(false)
  })

  test('leaves a socket alone that is bound and does not listen yet', async () => {
    using socket = new BareSocket('unix')
    socket.bind({ path })
    expect((await refusal(policy)).stale).toBeUndefined()
    socket.listen()
    expect((await refusal(policy)).stale).toBe(false)
  })

  test('leaves a socket alone that is bound to a path with spaces and does not listen yet', async () => {
    path = join(folder, 'a  socket ')
    using socket = new BareSocket('unix')
    socket.bind({ path })
    expect((await refusal(policy)).stale).toBeUndefined()
  })

  test('leaves a socket alone that is bound by a relative path', async () => {
    const home = process.cwd()
    process.chdir(folder)
    using socket = new BareSocket('unix')
    try {
      socket.bind({ path: 'socket' })
    } finally {
      process.chdir(home)
    }
    expect((await refusal(policy)).stale).toBeUndefined()
  })

  test.each([
    ['file', () => writeFileSync(path, 'mine')],
    ['folder', () => mkdirSync(path)],
    [
      'symbolic link to a stale socket',
      () => {
        leaveStale(`${path}.target`)
        symlinkSync(`${path}.target`, path)
      },
    ],
  ])('leaves a %s alone', async (_, make) => {
    make()
    expect((await refusal(policy)).stale).toBeUndefined()
  })

  test('says what listen() said before where there is no folder, or none for it', async () => {
    for (const [where, code] of [
      [join(folder, 'none', 'socket'), 'ENOENT'],
      [join('/proc/self/status', 'socket'), 'ENOTDIR'],
    ] as const) {
      expect(await rejectionOf(serve(policy, where))).toMatchObject({ code, syscall: 'bind', address: where })
    }
  })

  test('serves where nothing is, under long names and strange ones', async () => {
    for (const name of ['x'.repeat(80), 'ä'.repeat(40), '-', 'a b\n']) {
      const where = join(folder, name)
      const server = await serve(policy, where)
      expect(await text(net.connect(where))).toBe('hello')
      await closeServer(server)
    }
  })

  test('serves under an abstract name, and is refused one that is taken', async () => {
    await serve(policy, `\0${path}`)
    const error = await rejectionOf(serve(policy, `\0${path}`))
    expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind' })
    expect(error).not.toHaveProperty('stale')
  })
})

describe('a server whose successor came before its last connection went', () => {
  test('leaves the file of the successor', async () => {
    const first = await serve()
    const accepted = once(first, 'connection')
    const client = net.connect({ path, allowHalfOpen: true })
    await accepted
    const gone = new Promise((resolve) => first.close(resolve))
    const second = await serve('remove')
    client.end()
    await gone
    expect(second.listening).toBe(true)
    expect(await text(net.connect(path))).toBe('hello')
  })
})

describe('a server whose file was removed', () => {
  test('leaves another file that got the number of its own', async (context) => {
    const server = await serve()
    const { ino } = statSync(path)
    let isFound = false
    unlinkSync(path)
    for (let index = 0; index < 200 && !isFound; index++) {
      leaveStale(`${path}.${index}`)
      isFound = statSync(`${path}.${index}`).ino === ino
      if (isFound) renameSync(`${path}.${index}`, path)
    }
    await closeServer(server)
    if (!isFound) context.skip('this file system does not give a number away again')
    expect(existsSync(path)).toBe(true)
  })
})
