import type fs from 'node:fs'
import { existsSync, readdirSync, statSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { listenAtPath, type PathInUseError } from '../../lib/adopt/unix.js'
import { BareSocket } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { openDescriptors, thrownBy } from '../support.js'
import { useFolder } from './folder.js'
import { leaveStale } from './stale.js'

/** What another program does right before a call to the file system, by the call's name. */
const between = vi.hoisted(() => new Map<string, () => void>())

vi.mock('node:fs', async (importOriginal) => {
  const original = await importOriginal<typeof fs>()
  const after = <Call extends (...args: never[]) => unknown>(name: string, call: Call): Call => {
    const wrapped = (...args: never[]) => {
      between.get(name)?.()
      return call(...args)
    }
    return wrapped as Call
  }
  return {
    ...original,
    linkSync: after('link', original.linkSync),
    mkdtempSync: after('mkdtemp', original.mkdtempSync),
    readFileSync: after('readFile', original.readFileSync),
    renameSync: after('rename', original.renameSync),
    rmdirSync: after('rmdir', original.rmdirSync),
  }
})

let folder: string
let path: string
/** Another program's listener, and the number of its file. */
interface Other {
  readonly socket: BareSocket
  readonly file: number
}

let others: Other[] = []

useFolder((made, socket) => {
  folder = made
  path = socket
  leaveStale(path)
})

afterEach(() => {
  between.clear()
  for (const { socket } of others) socket.close()
  others = []
})

/** Has another program listen at the path, in place of whatever file is there. */
function serveInstead(): void {
  if (existsSync(path)) unlinkSync(path)
  const socket = new BareSocket('unix')
  socket.listen(8, { path })
  others.push({ socket, file: statSync(path).ino })
}

/** The file that whoever connects to a path reaches a listener by. */
function reachedBy(where: string): number {
  using client = new BareSocket('unix')
  client.connect({ path: where })
  return statSync(where).ino
}

/** How listenAtPath() is refused; expects no descriptor to be left. */
function refusal(): PathInUseError {
  using socket = new BareSocket('unix')
  const descriptors = openDescriptors()
  const error = thrownBy(() => listenAtPath(socket, path, { backlog: 8, staleSocket: 'remove' }))
  expect(openDescriptors() - others.length).toBe(descriptors)
  expect(error).toMatchObject({ code: 'EADDRINUSE', syscall: 'bind', address: path })
  return error as PathInUseError
}

describe("with staleSocket: 'remove', a server that comes", () => {
  test('while the file is looked at keeps the path', () => {
    const { connect } = native
    const spy = vi.spyOn(native, 'connect').mockImplementation((fd, address) => {
      const answer = connect(fd, address)
      spy.mockRestore()
      serveInstead()
      return answer
    })
    expect(refusal().stale).toBeUndefined()
    expect(reachedBy(path)).toBe(others[0]?.file)
  })

  test.each(['mkdtemp', 'rename'])('right before %s keeps the path', (call) => {
    between.set(call, serveInstead)
    expect(refusal().stale).toBeUndefined()
    expect(reachedBy(path)).toBe(others[0]?.file)
    expect(readdirSync(folder)).toEqual(['socket'])
  })

  test('when the file is gone takes the path', () => {
    between.set('rmdir', serveInstead)
    expect(refusal().stale).toBe(false)
    expect(reachedBy(path)).toBe(others[0]?.file)
    expect(readdirSync(folder)).toEqual(['socket'])
  })

  test('before a third one that takes the path meanwhile is kept, under the name that the error gives', () => {
    between.set('rename', serveInstead)
    between.set('link', serveInstead)
    const { stale, message } = refusal()
    expect(stale).toBe(false)
    const [aside] = readdirSync(folder).filter((name) => name !== 'socket')
    const where = join(folder, aside as string, 'socket')
    expect(message).toContain(where)
    expect(reachedBy(where)).toBe(others[0]?.file)
    expect(reachedBy(path)).toBe(others[1]?.file)
  })
})

describe("with staleSocket: 'remove'", () => {
  test('has the turn while it looks, removes and binds', () => {
    const errors: PathInUseError[] = []
    for (const call of ['mkdtemp', 'rename', 'rmdir']) between.set(call, () => errors.push(refusal()))
    using socket = new BareSocket('unix')
    listenAtPath(socket, path, { backlog: 8, staleSocket: 'remove' })
    expect(errors.map(({ stale }) => stale)).toEqual([undefined, undefined, undefined])
    expect(reachedBy(path)).toBeGreaterThan(0)
  })

  test('takes the turn before its first bind, and gives it back', () => {
    unlinkSync(path)
    const { listen } = native
    const errors: PathInUseError[] = []
    const spy = vi.spyOn(native, 'listen').mockImplementation((...args) => {
      spy.mockRestore()
      errors.push(refusal())
      return listen(...args)
    })
    using socket = new BareSocket('unix')
    listenAtPath(socket, path, { backlog: 8, staleSocket: 'remove' })
    expect(errors.map(({ stale }) => stale)).toEqual([undefined])
    socket.close()
    using next = new BareSocket('unix')
    listenAtPath(next, path, { backlog: 8, staleSocket: 'remove' })
  })
})

describe('where /proc cannot be read', () => {
  test('a file at which nobody listens is in the way, and stays', () => {
    between.set('readFile', () => {
      throw Object.assign(new Error('no /proc'), { code: 'ENOENT', syscall: 'open' })
    })
    const { stale, message } = refusal()
    expect(stale).toBeUndefined()
    expect(message).toContain('ENOENT')
    expect(existsSync(path)).toBe(true)
  })
})
