import { describe, expect, test } from 'vitest'
import {
  getOption,
  type OptionEntry,
  type OptionInput,
  type OptionName,
  type ReadableOption,
  setOption,
  type ValueType,
  type WritableOption,
} from '../../lib/index.js'
import { thrownBy } from '../support.js'
import { closedFd, entryOf, isLinux, namesWhere, type SettableOption } from './kinds.js'

/** The error for a value, on a descriptor that is closed: had there been a system call, it would be EBADF. */
function errorFor(name: OptionName, value: unknown) {
  return thrownBy(() => setOption(closedFd, name as WritableOption, value as OptionInput))
}

const settable = namesWhere<SettableOption>((entry) => isLinux(entry) && entry.access !== 'ro')
const notNumbers = ['1', true, null, undefined, 1n, {}, [1], Symbol('1'), () => 1]
const notStrings = [0, true, null, undefined, {}, ['lo'], Buffer.from('lo')]
const notArrays = [0, true, null, undefined, 'lo', {}, new Uint8Array(16)]
const notObjects = [0, true, null, undefined, 'lo', [], () => ({})]

/** Values of the wrong type, for each form that a value can have. */
const wrongTypes: Readonly<Record<ValueType, readonly unknown[]>> = {
  flag: [1, 0, 'true', null, undefined, {}, 1n],
  int: notNumbers,
  unsigned: notNumbers,
  ifindex: [...notNumbers, 'lo'],
  uint64: ['1', true, null, undefined, {}, [1n]],
  timeval: notNumbers,
  string: notStrings,
  bytes: ['00', 0, null, undefined, [0], new ArrayBuffer(20), new DataView(new ArrayBuffer(20))],
  in_addr: [...notStrings, 'lo', '::1', '1.2.3', '256.0.0.1', ''],
  linger: [...notObjects, {}, { on: true }, { seconds: 1 }, { on: 1, seconds: 1 }, { on: true, seconds: '1' }],
  port_range: [...notObjects, {}, { low: 1 }, { high: 2 }, { low: '1', high: 2 }, { low: 1, high: null }],
  ip_mreqn: [...notObjects, {}, { group: 1 }, { group: '::1' }, { group: '239.0.0.1', interface: true }],
  ip_mreq_source: [
    ...notObjects,
    {},
    { group: '239.0.0.1' },
    { group: '239.0.0.1', source: '127.0.0.1', interface: 1 },
  ],
  ipv6_mreq: [...notObjects, {}, { group: '239.0.0.1' }, { group: 'ff02::1%lo' }, { group: 'ff02::1', interface: {} }],
  enum: [true, null, undefined, 1n, {}, [1]],
  tos: [true, null, undefined, 1n, {}, [1]],
  timeval64: notNumbers,
  txtime: [...notObjects, {}, { clock: true }, { clock: 'tai', deadline: 1 }, { clock: 'tai', reportErrors: 'no' }],
  dmabuf_tokens: [...notArrays, [1], [null], [{}], [{ start: 1 }], [{ start: '1', count: 1 }]],
  fastopen_keys: [...notArrays, ['0123456789abcdef'], [1], [null], [new ArrayBuffer(16)]],
  repair_options: [
    ...notObjects,
    { maxSegment: '1' },
    { windowScale: 1 },
    { windowScale: { send: 1 } },
    { selectiveAcks: 1 },
    { timestamps: 'yes' },
  ],
  repair_window: [...notObjects, {}, { updateSequence: 1 }, { updateSequence: '1' }],
  crypto_info: [...notObjects, { version: 'TLSv1.3', cipher: 'aes-128-gcm', iv: 1 }],
  icmp_filter: [...notArrays, ['8'], [null], [true]],
  icmp6_filter: [...notArrays, ['8'], [null], [true]],
  flowlabel: [
    ...notObjects,
    {},
    { action: 1, label: 1 },
    { action: 'get' },
    { action: 'get', label: 1, address: '127.0.0.1' },
    { action: 'get', label: 1, create: 1 },
    { action: 'get', label: 1, expires: '6' },
  ],
  trigger: [1, 0, 'true', null, undefined, {}, 1n],
  sock_fprog: [...notObjects.filter((value) => !Array.isArray(value)), [1], [{}], [{ code: 6, jt: 0, jf: 0 }], [null]],
  so_timestamping: [...notObjects, {}, { flags: 'SOFTWARE' }, { flags: 1 }, { flags: [], bindPhc: '1' }],
  group_req: [...notObjects, {}, { group: 1 }, { group: 'ff02::1%lo' }, { group: '239.0.0.1', interface: {} }],
  group_source_req: [...notObjects, {}, { group: '239.0.0.1' }, { group: '239.0.0.1', source: 'x' }],
  group_filter: [...notObjects, {}, { group: '239.0.0.1', mode: 'include', sources: '127.0.0.1' }],
  ip_msfilter: [...notObjects, {}, { group: '239.0.0.1', mode: 'include', sources: ['::1'] }],
  tcp_md5sig: [...notObjects, {}, { address: '127.0.0.1' }, { address: 1, key: 'k' }, { address: '::1', key: 1 }],
  tcp_md5sig_ext: [...notObjects, {}, { address: '::1', key: 'k', prefixLength: '8' }],
  tcp_ao_add: [...notObjects, {}, { address: '::1', sendId: 1, receiveId: 1 }],
  tcp_ao_del: [...notObjects, {}, { address: '::1', sendId: 1 }],
  tcp_ao_info_opt: [...notObjects, { required: 1 }, { currentKey: '1' }],
  tcp_ao_getsockopt: [],
  mptcp_info: [],
  mptcp_full_info: [],
  mptcp_tcp_infos: [],
  mptcp_subflow_addrs: [],
  peer_sockaddr: [],
  tcp_info: [],
  meminfo: [],
  gid_list: [],
  cc_info: [],
  ip6_mtuinfo: [],
  ucred: [],
  sockaddr: [],
  connection_info: [],
  xucred: [],
  accept_filter: [...notObjects, {}, { name: 1 }, { name: 'dataready', argument: 1 }],
  tcp_stack: [...notObjects, {}, { name: 1 }],
  log_id: notStrings,
  sockaddr_in6: [...notStrings, 'lo', '127.0.0.1'],
}

/** Values outside an option's range, for each form that has one. */
function outside({ type, range }: OptionEntry): unknown[] {
  const notIntegers = [Number.NaN, 1.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const beyond = (least: number, most: number) => [...notIntegers, least - 1, most + 1, 2 ** 32, 2 ** 53, -(2 ** 53)]
  if (type === 'int' || type === 'enum' || type === 'tos') return beyond(...(range ?? [-(2 ** 31), 2 ** 31 - 1]))
  if (type === 'unsigned') return beyond(...(range ?? [0, 2 ** 32 - 1]))
  if (type === 'ifindex') return beyond(0, 2 ** 31 - 1)
  if (type === 'timeval' || type === 'timeval64')
    return [Number.NaN, -1, -0.001, Number.POSITIVE_INFINITY, 2 ** 31 * 1000]
  if (type === 'linger') return beyond(0, 2 ** 31 - 1).map((seconds) => ({ on: true, seconds }))
  if (type === 'port_range') {
    const ports = [...notIntegers, -1, 65_536]
    return [
      ...ports.map((low) => ({ low, high: 65_535 })),
      ...ports.map((high) => ({ low: 0, high })),
      { low: 2, high: 1 },
    ]
  }
  return []
}

const numeric: ReadonlySet<ValueType> = new Set([
  'int',
  'enum',
  'tos',
  'unsigned',
  'ifindex',
  'timeval',
  'timeval64',
  'linger',
  'port_range',
])

describe('setOption', () => {
  test.each(settable)('refuses a value of the wrong type for %s, before any system call', (name) => {
    const values = wrongTypes[entryOf(name).type]
    expect(values.length).toBeGreaterThan(0)
    for (const value of values) {
      const error = errorFor(name, value)
      expect(error).toBeInstanceOf(TypeError)
      expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
      expect(error).not.toHaveProperty('syscall')
    }
  })

  test.each(settable.filter((name) => numeric.has(entryOf(name).type)))(
    'refuses a value outside the range of %s, before any system call',
    (name) => {
      const values = outside(entryOf(name))
      expect(values.length).toBeGreaterThan(0)
      for (const value of values) {
        const error = errorFor(name, value)
        expect(error).toBeInstanceOf(RangeError)
        expect(error).toHaveProperty('code', 'ERR_OUT_OF_RANGE')
      }
    },
  )

  test.each(settable.filter((name) => entryOf(name).range !== undefined))(
    'takes both ends of the range of %s as far as the system call',
    (name) => {
      for (const end of entryOf(name).range ?? []) {
        expect(errorFor(name, end)).toMatchObject({ code: 'EBADF', syscall: 'setsockopt', option: name })
      }
    },
  )

  test.each(['x'.repeat(16), 'ö'.repeat(8), 'l\0o', '\0'])(
    'refuses the name %j, which the kernel would cut',
    (value) => {
      for (const name of settable.filter((option) => entryOf(option).type === 'string')) {
        expect(errorFor(name, value)).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
      }
    },
  )

  test.each([-1, -1n, 2n ** 64n, 1.5, Number.NaN, 2 ** 53])('refuses the rate %s as out of range', (value) => {
    expect(errorFor('SO_MAX_PACING_RATE', value)).toHaveProperty('code', 'ERR_OUT_OF_RANGE')
  })

  test('says that an interface does not exist by the call that looked for it', () => {
    const error = errorFor('IP_ADD_MEMBERSHIP', { group: '239.0.0.1', interface: 'no-such-one' })
    expect(error).toMatchObject({ code: 'ENODEV', syscall: 'if_nametoindex', address: 'no-such-one' })
  })
})

describe('access', () => {
  const readOnly = namesWhere((entry) => isLinux(entry) && entry.access === 'ro')
  const writeOnly = namesWhere((entry) => isLinux(entry) && entry.access === 'wo')

  test.each(readOnly)('does not allow setting %s', (name) => {
    for (const value of [true, 1, '', Buffer.alloc(4), undefined]) {
      expect(errorFor(name, value)).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
    }
  })

  test.each(writeOnly)('does not allow reading %s', (name) => {
    const error = thrownBy(() => getOption(closedFd, name as ReadableOption))
    expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
  })
})

describe('an option of other platforms', () => {
  const foreign = namesWhere((entry) => !isLinux(entry))

  test('is in the table', () => {
    expect(foreign).toContain('SO_EXCLUSIVEADDRUSE')
  })

  test.each(foreign)('%s is not supported, whatever the target and the value', (name) => {
    expect(errorFor(name, 'nonsense')).toMatchObject({ code: 'ERR_SOCKCTL_UNSUPPORTED', option: name })
    const error = thrownBy(() => getOption(closedFd, name as ReadableOption))
    expect(error).toMatchObject({ code: 'ERR_SOCKCTL_UNSUPPORTED', option: name })
    expect(error).not.toHaveProperty('errno')
  })
})
