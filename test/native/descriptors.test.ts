import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { native } from '../../lib/native.js'
import { callReplaced, currentNamespace, descriptorLinks, openSocket, placesOf } from './frame.js'
import { callNames, type ExportName } from './signatures.js'

const takesDescriptor: readonly ExportName[] = callNames.filter((name) => placesOf(name, ['fd']).length > 0)
const takesOthers: readonly ExportName[] = [
  'close',
  'own',
  'release',
  'dup',
  'setNetworkNamespace',
  'getProcessDescriptor',
  'replace',
]

/** The exports that take a descriptor and ask it for something that only a socket can do. */
const needsSocket = takesDescriptor.filter((name) => !takesOthers.includes(name))

function returned(name: ExportName, fd: number): unknown {
  const outcome = callReplaced(name, 0, fd)
  expect(outcome).toHaveProperty('returned')
  return (outcome as { returned: unknown }).returned
}

/** Descriptors of this process's own that are no sockets. */
const strangers: Record<string, number> = {}
let folder: string
let links: string[]
let namespace: string

beforeAll(() => {
  links = descriptorLinks()
  namespace = currentNamespace()
  folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
  const pipe = join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  strangers['a file'] = openSync(import.meta.filename, 'r')
  strangers['a directory'] = openSync(folder, 'r')
  strangers['a device'] = openSync('/dev/null', 'r+')
  strangers['a pipe'] = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK)
  strangers['a namespace of another type'] = openSync('/proc/self/ns/uts', 'r')
})

afterAll(() => {
  for (const fd of Object.values(strangers)) closeSync(fd)
  rmSync(folder, { recursive: true })
  expect(descriptorLinks()).toEqual(links)
  expect(currentNamespace()).toBe(namespace)
})

/** The descriptor that this process's event loop waits on. */
function eventLoopDescriptor(): number {
  const found = readdirSync('/proc/self/fd').find((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === 'anon_inode:[eventpoll]'
    } catch {
      return false
    }
  })
  return Number(found)
}

/** Opens a descriptor whose number is so high that nothing else gets it soon. */
function openAbove(least: number): number {
  const opened: number[] = []
  while ((opened.at(-1) ?? 0) < least) opened.push(openSync('/dev/null', 'r'))
  const last = opened.pop() as number
  for (const fd of opened) closeSync(fd)
  return last
}

describe.each(takesDescriptor)('%s', (name) => {
  test('returns EBADF for a descriptor that was closed', () => {
    const fd = openAbove(900)
    closeSync(fd)
    expect(returned(name, fd)).toBe(errnoOf('EBADF'))
  })

  test.each([-1, -2, -100, -(2 ** 31), 19_999, 2 ** 31 - 1])('returns EBADF for %s, which was never open', (fd) => {
    expect(returned(name, fd)).toBe(errnoOf('EBADF'))
  })
})

const strangerNames = ['a file', 'a directory', 'a device', 'a pipe', 'a namespace of another type']

describe.each(needsSocket)('%s', (name) => {
  test.each(strangerNames)('returns ENOTSOCK for %s', (what) => {
    expect(returned(name, strangers[what] as number)).toBe(errnoOf('ENOTSOCK'))
  })

  test('returns ENOTSOCK for the descriptor of the event loop', () => {
    expect(returned(name, eventLoopDescriptor())).toBe(errnoOf('ENOTSOCK'))
  })
})

describe.each(['close', 'release'] as const)('%s', (name) => {
  test.each(strangerNames)('returns EBADF for %s that somebody else opened, and leaves it open', (what) => {
    const fd = strangers[what] as number
    const before = readlinkSync(`/proc/self/fd/${fd}`)
    expect(returned(name, fd)).toBe(errnoOf('EBADF'))
    expect(readlinkSync(`/proc/self/fd/${fd}`)).toBe(before)
  })

  test.each([0, -0, 1, 2])('returns EBADF for descriptor %s, and leaves it open', (fd) => {
    expect(returned(name, fd)).toBe(errnoOf('EBADF'))
    expect(() => readlinkSync(`/proc/self/fd/${Math.abs(fd)}`)).not.toThrow()
  })

  test('returns EBADF for the descriptor of the event loop', () => {
    expect(returned(name, eventLoopDescriptor())).toBe(errnoOf('EBADF'))
  })

  test('returns EBADF the second time', () => {
    const fd = openSocket()
    const other = native.dup(fd)
    expect(native[name](fd)).toBe(0)
    expect(native[name](fd)).toBe(errnoOf('EBADF'))
    if (name === 'release') closeSync(fd)
    native.close(other)
  })
})

describe('close', () => {
  test('returns EBADF for a descriptor that was released, and leaves it open', () => {
    const fd = openSocket()
    expect(native.release(fd)).toBe(0)
    expect(native.close(fd)).toBe(errnoOf('EBADF'))
    expect(native.getInt(fd, 1, 2)).toBe(0)
    closeSync(fd)
  })
})

describe('own', () => {
  test('takes over a descriptor, which is then closed as any other', () => {
    const fd = openSocket()
    expect(native.release(fd)).toBe(0)
    expect(native.own(fd)).toBe(0)
    expect(native.own(fd)).toBe(0)
    expect(native.close(fd)).toBe(0)
    expect(native.close(fd)).toBe(errnoOf('EBADF'))
  })
})

describe('socket', () => {
  test('that fails owns nothing', () => {
    const errno = native.socket(99, 1, 0)
    expect(errno).toBeLessThan(0)
    expect(native.release(errno)).toBe(errnoOf('EBADF'))
  })
})

describe('dup', () => {
  test.each(strangerNames)('duplicates %s, which stays open when the duplicate is closed', (what) => {
    const fd = strangers[what] as number
    const duplicate = native.dup(fd)
    expect(readlinkSync(`/proc/self/fd/${duplicate}`)).toBe(readlinkSync(`/proc/self/fd/${fd}`))
    expect(native.close(duplicate)).toBe(0)
    expect(() => readlinkSync(`/proc/self/fd/${fd}`)).not.toThrow()
  })
})

describe('setNetworkNamespace', () => {
  test.each(strangerNames)('returns EINVAL for %s, and stays', (what) => {
    expect(native.setNetworkNamespace(strangers[what] as number)).toBe(errnoOf('EINVAL'))
    expect(currentNamespace()).toBe(namespace)
  })

  test('returns EINVAL for a socket, and stays', () => {
    const fd = openSocket()
    expect(native.setNetworkNamespace(fd)).toBe(errnoOf('EINVAL'))
    expect(currentNamespace()).toBe(namespace)
    native.close(fd)
  })

  test.each([-1, 19_999])('returns EBADF for %s, and stays', (fd) => {
    expect(native.setNetworkNamespace(fd)).toBe(errnoOf('EBADF'))
    expect(currentNamespace()).toBe(namespace)
  })
})
