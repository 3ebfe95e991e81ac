import type { NamedNumber, OptionEntry, ValueType } from '../../lib/index.js'

const word = (bytes: Buffer, index = 0) => bytes.readInt32LE(4 * index)
const unsigned = (bytes: Buffer, index = 0) => bytes.readUInt32LE(4 * index)
const words = (bytes: Buffer) => Array.from({ length: bytes.length / 4 }, (_, index) => unsigned(bytes, index))
const bitsOf = (bytes: Buffer) =>
  Array.from({ length: bytes.length * 8 }, (_, bit) => bit).filter(
    (bit) => ((bytes[bit >> 3] as number) >> (bit & 7)) & 1,
  )
const milliseconds = (bytes: Buffer) => Number(bytes.readBigInt64LE()) * 1000 + Number(bytes.readBigInt64LE(8)) / 1000

/** The forms of a little-endian machine of 64 bits as C has them, read without the library's codecs. */
const readers: Readonly<Partial<Record<ValueType, (bytes: Buffer) => unknown>>> = {
  flag: (bytes) => word(bytes) !== 0,
  int: (bytes) => word(bytes),
  tos: (bytes) => word(bytes),
  unsigned: (bytes) => unsigned(bytes),
  ifindex: (bytes) => bytes.readInt32BE(),
  uint64: (bytes) => bytes.readBigUInt64LE(),
  linger: (bytes) => ({ on: word(bytes) !== 0, seconds: word(bytes, 1) }),
  timeval: milliseconds,
  timeval64: milliseconds,
  string: (bytes) => bytes.toString('latin1').replace(/\0.*$/s, ''),
  bytes: (bytes) => bytes,
  ucred: (bytes) => ({ pid: word(bytes), uid: unsigned(bytes, 1), gid: unsigned(bytes, 2) }),
  port_range: (bytes) => ({ low: bytes.readUInt16LE(), high: bytes.readUInt16LE(2) }),
  in_addr: (bytes) => bytes.join('.'),
  txtime: (bytes) => ({
    clock: ({ 0: 'realtime', 1: 'monotonic', 11: 'tai' } as Record<number, string>)[word(bytes)],
    deadline: (word(bytes, 1) & 1) !== 0,
    reportErrors: (word(bytes, 1) & 2) !== 0,
  }),
  meminfo: (bytes) => words(bytes),
  gid_list: (bytes) => words(bytes),
  fastopen_keys: (bytes) => [bytes.subarray(0, 16), bytes.subarray(16)].filter(({ length }) => length > 0),
  icmp_filter: bitsOf,
  icmp6_filter: bitsOf,
  ip6_mtuinfo: (bytes) => ({ address: '::', mtu: unsigned(bytes, 7) }),
}

function linuxNumber(number: NamedNumber | undefined): number | undefined {
  return typeof number === 'object' ? number.linux : number
}

/** What the bytes of an option's value mean; undefined for a form that tests of its own read. */
export function readValue({ type, names }: OptionEntry, bytes: Buffer): { meaning: unknown } | undefined {
  if (names) {
    const name = Object.keys(names).find((key) => linuxNumber(names[key]) === word(bytes))
    return { meaning: name ?? word(bytes) }
  }
  const read = readers[type]
  return read && { meaning: read(bytes) }
}
