import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import {
  getOption,
  type OptionInput,
  type OptionName,
  type ReadableOption,
  type SocketKind,
  setOption,
  type WritableOption,
} from '../../lib/index.js'
import { thrownBy } from '../support.js'
import { apart } from './apart.js'
import { closedFd, entryOf, isLinux, kinds, kindsOf, namesWhere, openSocket, whyNoSocket } from './kinds.js'
import { forKind, samples } from './samples.js'
import { written } from './written.js'

/** A value that an option takes. */
function soundValue(name: OptionName): unknown {
  const all = { ...samples, ...written, ...apart } as Partial<Record<OptionName, { value: unknown }>>
  return forKind(all[name]?.value, kindsOf(name)[0] as SocketKind)
}

function set(fd: number, name: OptionName): void {
  setOption(fd, name as WritableOption, soundValue(name) as OptionInput)
}

function get(fd: number, name: OptionName): unknown {
  return getOption(fd, name as ReadableOption)
}

const readable = namesWhere((entry) => isLinux(entry) && entry.access !== 'wo')
const settable = namesWhere((entry) => isLinux(entry) && entry.access !== 'ro')

const folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
const pipe = join(folder, 'pipe')
// What Node makes for `stdio: 'pipe'` is a pair of sockets.
execFileSync('mkfifo', [pipe])
const [fileFd, pipeFd] = [openSync(import.meta.filename, 'r'), openSync(pipe, 'r+')]
const epoll = readdirSync('/proc/self/fd').find((fd) => linkOf(fd) === 'anon_inode:[eventpoll]')

function linkOf(fd: string): string | undefined {
  return existsSync(`/proc/self/fd/${fd}`) ? readlinkSync(`/proc/self/fd/${fd}`) : undefined
}

afterAll(() => {
  for (const fd of [fileFd, pipeFd]) closeSync(fd)
  rmSync(folder, { recursive: true })
})

const descriptors = [
  { what: 'a closed descriptor', fd: closedFd, code: 'EBADF' },
  { what: 'the largest number', fd: 2 ** 31 - 1, code: 'EBADF' },
  { what: 'a file', fd: fileFd, code: 'ENOTSOCK' },
  { what: 'a pipe', fd: pipeFd, code: 'ENOTSOCK' },
  { what: "the event loop's epoll", fd: Number(epoll), code: 'ENOTSOCK' },
]

describe('getOption', () => {
  test.each(readable)('tells what is no socket when it reads %s', (name) => {
    for (const { fd, code } of descriptors) {
      const error = thrownBy(() => get(fd, name))
      expect(error).toMatchObject({ code, errno: errnoOf(code), syscall: 'getsockopt', option: name })
    }
  })
})

describe('setOption', () => {
  test.each(settable)('tells what is no socket when it sets %s', (name) => {
    for (const { fd, code } of descriptors) {
      const error = thrownBy(() => set(fd, name))
      expect(error).toMatchObject({ code, errno: errnoOf(code), syscall: 'setsockopt', option: name })
    }
  })
})

/** Whether a row has a deadline after which nothing is done any more. */
function refusesLate(name: OptionName): boolean {
  const { before, late } = entryOf(name)
  return before !== undefined && typeof late !== 'string'
}

/** Whether the kind of socket is one that the level of a row speaks to. */
function speaks(name: OptionName, kind: SocketKind): boolean {
  const { level } = entryOf(name)
  if (level === 'SOL_SOCKET') return true
  if (level === 'SOL_MPTCP') return kind === 'mptcp'
  // MPTCP has a choice of the options of the levels below it.
  if (kind === 'mptcp') return level !== 'IPPROTO_UDP'
  if (level === 'IPPROTO_IP') return kind !== 'unix' && kind !== 'raw6'
  if (level === 'IPPROTO_IPV6') return kind.endsWith('6')
  if (level === 'SOL_RAW') return kind === 'raw'
  if (level === 'IPPROTO_ICMPV6') return kind === 'raw6'
  return kind.startsWith(level === 'IPPROTO_UDP' ? 'udp' : 'tcp')
}

describe('an option on a socket of another kind', () => {
  const cases = kinds.map((kind) => ({
    kind,
    why: whyNoSocket(kind),
    others: readable.filter((name) => !speaks(name, kind)),
  }))

  for (const { kind, why, others } of cases) {
    test.skipIf(why)(`is not supported on ${kind}, where nothing knows its level${why}`, () => {
      using socket = openSocket(kind)
      expect(others.length).toBeGreaterThan(0)
      for (const name of others) {
        const error = thrownBy(() => get(socket.fd, name))
        expect(error).toMatchObject({ code: 'ERR_SOCKCTL_UNSUPPORTED', syscall: 'getsockopt', option: name })
        expect([errnoOf('ENOPROTOOPT'), errnoOf('EOPNOTSUPP')]).toContain(error.errno)
      }
    })

    test.skipIf(why)(`cannot be set on ${kind}, where nothing knows its level${why}`, () => {
      using socket = openSocket(kind)
      for (const name of settable.filter((option) => !speaks(option, kind) && !refusesLate(option))) {
        const error = thrownBy(() => set(socket.fd, name))
        expect(error).toMatchObject({ code: 'ERR_SOCKCTL_UNSUPPORTED', syscall: 'setsockopt', option: name })
      }
    })
  }

  const boundary = (name: OptionName) => refusesLate(name) && entryOf(name).before !== 'connect'

  test.each(settable.filter((name) => refusesLate(name) && !boundary(name)))('is not supported on unix: %s', (name) => {
    using socket = openSocket('unix')
    expect(thrownBy(() => set(socket.fd, name))).toHaveProperty('code', 'ERR_SOCKCTL_UNSUPPORTED')
  })

  test.each(settable.filter(boundary))('is not supported on unix, and not too late there: %s', (name) => {
    using socket = openSocket('unix')
    const error = thrownBy(() => set(socket.fd, name))
    expect(error).toMatchObject({ code: 'ERR_SOCKCTL_UNSUPPORTED', syscall: 'setsockopt', option: name })
  })

  test('is not supported on a bound IPv4 socket, and not too late there: IPV6_V6ONLY', () => {
    using socket = openSocket('tcp')
    socket.bind({ address: '127.0.0.1' })
    const error = thrownBy(() => set(socket.fd, 'IPV6_V6ONLY'))
    expect(error).toMatchObject({ code: 'ERR_SOCKCTL_UNSUPPORTED', syscall: 'setsockopt', option: 'IPV6_V6ONLY' })
  })
})
