import { describe, expect, test } from 'vitest'
import {
  blockSource,
  type GroupMembership,
  getSourceFilter,
  joinGroup,
  leaveGroup,
  type SourceFilter,
  setSourceFilter,
} from '../../lib/index.js'
import { openSocket } from '../options/kinds.js'
import { thrownBy } from '../support.js'

/** A descriptor that nothing has open: had there been a system call, it would be EBADF. */
const closedFd = 19_999

function joinError(membership: unknown) {
  const [one, other] = [joinGroup, leaveGroup].map((run) =>
    thrownBy(() => run(closedFd, membership as GroupMembership)),
  )
  expect(one?.code).toBe(other?.code)
  expect(one?.syscall).not.toBe('setsockopt')
  return one
}

describe('joinGroup and leaveGroup', () => {
  test.each([
    '127.0.0.1',
    '0.0.0.0',
    '223.255.255.255',
    '240.0.0.0',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fd00::1',
  ])('refuse %s, which is no multicast address', (group) => {
    expect(joinError({ group })).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
  })

  test.each(['224.0.0.0', '239.255.255.255', 'ff00::', 'ff0e:ffff::1'])('take %s', (group) => {
    const error = thrownBy(() => joinGroup(closedFd, { group }))
    expect(error).toMatchObject({ code: 'EBADF', syscall: 'setsockopt', option: 'MCAST_JOIN_GROUP' })
  })

  test.each([undefined, null, 1, 'group', [], {}, { group: 1 }, { group: 'name' }, { group: 'ff02::1%lo' }])(
    'refuse %j as of the wrong type',
    (membership) => {
      expect(joinError(membership)).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
    },
  )

  test.each([
    [{ group: '239.0.0.1', source: 'x' }, 'ERR_INVALID_ARG_TYPE'],
    [{ group: '239.0.0.1', source: '::1' }, 'ERR_INVALID_ARG_VALUE'],
    [{ group: 'ff0e::1', source: '127.0.0.1' }, 'ERR_INVALID_ARG_VALUE'],
    [{ group: '239.0.0.1', interface: -1 }, 'ERR_OUT_OF_RANGE'],
  ])('refuse %j: %s', (membership, code) => {
    expect(joinError(membership)).toHaveProperty('code', code)
  })

  test('say by its name or address that an interface does not exist', () => {
    const expected = { code: 'ENODEV', syscall: 'if_nametoindex', address: 'no-such-one' }
    expect(joinError({ group: '239.0.0.1', interface: 'no-such-one' })).toMatchObject(expected)
    const byAddress = { code: 'ENODEV', syscall: 'getifaddrs', address: '192.0.2.1' }
    expect(joinError({ group: 'ff0e::1', interface: '192.0.2.1' })).toMatchObject(byAddress)
  })

  test('say what the kernel says of an index that no interface has', () => {
    using socket = openSocket('udp')
    const error = thrownBy(() => joinGroup(socket, { group: '239.0.0.1', interface: 2 ** 31 - 1 }))
    expect(error).toMatchObject({ code: 'ENODEV', syscall: 'setsockopt', option: 'MCAST_JOIN_GROUP' })
  })

  test('say that a group of IPv6 is not for a socket of IPv4', () => {
    using socket = openSocket('udp')
    const error = thrownBy(() => joinGroup(socket, { group: 'ff0e::1', interface: 'lo' }))
    expect(error).toMatchObject({ code: 'ERR_SOCKCTL_UNSUPPORTED', syscall: 'setsockopt' })
  })
})

describe('a filter of sources', () => {
  const sound = { group: '239.0.0.1', mode: 'include', sources: ['127.0.0.1'] }

  test.each([
    [{ ...sound, mode: 'both' }, 'ERR_INVALID_ARG_VALUE'],
    [{ ...sound, sources: '127.0.0.1' }, 'ERR_INVALID_ARG_TYPE'],
    [{ ...sound, sources: ['::1'] }, 'ERR_INVALID_ARG_VALUE'],
    [{ ...sound, group: '127.0.0.1' }, 'ERR_INVALID_ARG_VALUE'],
    [undefined, 'ERR_INVALID_ARG_TYPE'],
  ])('is not %j: %s', (filter, code) => {
    expect(thrownBy(() => setSourceFilter(closedFd, filter as SourceFilter))).toHaveProperty('code', code)
  })

  test('is told with the option of the call that failed', () => {
    const { group } = sound
    const read = { code: 'EBADF', syscall: 'getsockopt', option: 'MCAST_MSFILTER' }
    expect(thrownBy(() => getSourceFilter(closedFd, { group }))).toMatchObject(read)
    const set = { code: 'EBADF', syscall: 'setsockopt', option: 'MCAST_MSFILTER' }
    expect(thrownBy(() => setSourceFilter(closedFd, sound as SourceFilter))).toMatchObject(set)
  })

  test('needs a source to block', () => {
    const error = thrownBy(() => blockSource(closedFd, { group: '239.0.0.1' } as never))
    expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
  })
})
