import { errorName, invalidArgType, invalidArgValue, isUnsupported, systemError, unsupported } from '../errors.js'
import { memory, native } from '../native.js'
import { bytesCodecs, scalarCodecs } from './codec.js'
import { namedCodec } from './codecs/named.js'
import type { Level, OptionEntry, Platform } from './entry.js'
import { canHarm } from './harm.js'
import { nearest } from './nearest.js'
import { table } from './table/index.js'

/** A value in the kernel's form: an integer of four bytes, or bytes. */
export type Encoded = number | Uint8Array

/** An option of this platform, ready for use. The calls return 0 or a negated errno. */
export interface Row {
  readonly name: string
  readonly entry: OptionEntry
  readonly level: number
  readonly number: number
  readonly readable: boolean
  readonly writable: boolean
  /** Whether a set has to look first: at the socket's state, or at what the value does to the event loop. */
  readonly careful: boolean
  /** Reads the option. */
  get(fd: number): unknown
  /** Checks a value and gives the kernel's form of it. */
  encode(value: unknown): Encoded
  set(fd: number, value: Encoded): number
}

const entries: Readonly<Record<string, OptionEntry>> = table
const rows = new Map<string, Row>()

/** The number of a level; all but the first are the same everywhere, mostly those of protocols. */
export function levelNumber(level: Level): number {
  const numbers: Record<Level, number> = {
    SOL_SOCKET: process.platform === 'linux' ? 1 : 0xffff,
    IPPROTO_IP: 0,
    IPPROTO_TCP: 6,
    IPPROTO_UDP: 17,
    IPPROTO_IPV6: 41,
    IPPROTO_ICMPV6: 58,
    SOL_RAW: 255,
    SOL_TLS: 282,
    SOL_LOCAL: 0,
    // No level at all; compile() refuses its rows.
    WSAIoctl: -1,
    SOL_MPTCP: 284,
  }
  return numbers[level]
}

/** Makes the error for an option that the kernel refused. */
export function optionError(errno: number, syscall: string, option: string): Error {
  if (!isUnsupported(errno)) return systemError(errno, syscall, { option })
  const message = `${option} is not supported by this system or by this kind of socket (${errorName(errno)})`
  return unsupported(message, { errno, syscall, option })
}

type Calls = Pick<Row, 'get' | 'encode' | 'set'>

function scalarCalls(name: string, entry: OptionEntry, level: number, number: number): Calls | undefined {
  const codec = entry.names ? namedCodec(entry.names) : scalarCodecs[entry.type]
  if (!codec) return undefined
  const [least, most] = entry.range ?? codec.range
  return {
    get(fd) {
      const errno = native.getInt(fd, level, number)
      if (errno < 0) throw optionError(errno, 'getsockopt', name)
      return codec.fromInt(memory[0] as number)
    },
    encode: (value) => codec.toInt(value, name, least, most),
    set: (fd, value) => native.setInt(fd, level, number, value as number),
  }
}

function bytesCalls(name: string, entry: OptionEntry, level: number, number: number): Calls {
  const codec = bytesCodecs[entry.type as keyof typeof bytesCodecs]
  const read = (fd: number, capacity: number) => {
    const bytes = Buffer.alloc(capacity)
    if (codec.request) bytes.set(codec.request)
    const length = native.getsockopt(fd, level, number, bytes)
    if (length < 0) throw optionError(length, 'getsockopt', name)
    return bytes.subarray(0, length)
  }
  return {
    get(fd) {
      const head = read(fd, codec.capacityOf?.(fd) ?? codec.capacity)
      return codec.decode(codec.lengthOf ? read(fd, codec.lengthOf(head)) : head)
    },
    encode: (value) => codec.encode(value, name),
    set(fd, value) {
      const bytes = value as Uint8Array
      if (codec.isProgram) return native.setProgram(fd, level, number, bytes)
      return native.setsockopt(fd, codec.levelOf ? levelNumber(codec.levelOf(bytes)) : level, number, bytes)
    },
  }
}

function compile(name: string): Row {
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined
  if (!entry) {
    const candidate = nearest(name, Object.keys(entries))
    throw invalidArgValue('name', name, `is no known socket option${candidate ? `, but ${candidate} is` : ''}`)
  }
  if (entry.level === 'WSAIoctl') {
    const reason = 'is a control code of WSAIoctl() on Windows, which getsockopt() and setsockopt() do not reach'
    throw unsupported(`${name} ${reason}`, { option: name })
  }
  const number = entry.number[process.platform as Platform]
  if (number === undefined) {
    throw unsupported(`${name} does not exist on ${process.platform}`, { option: name })
  }
  const level = levelNumber(entry.level)
  const { access, before, late } = entry
  return {
    name,
    entry,
    level,
    number,
    readable: access !== 'wo',
    writable: access !== 'ro',
    careful: (before !== undefined && typeof late !== 'string') || canHarm(name, entry),
    ...(scalarCalls(name, entry, level, number) ?? bytesCalls(name, entry, level, number)),
  }
}

/**
 * Finds an option by name.
 *
 * @throws `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` for what names no option, `ERR_SOCKCTL_UNSUPPORTED` for an
 * option of another platform
 */
export function rowOf(name: unknown): Row {
  const known = rows.get(name as string)
  if (known) return known
  if (typeof name !== 'string') throw invalidArgType('name', 'of type string', name)
  const row = compile(name)
  rows.set(name, row)
  return row
}
