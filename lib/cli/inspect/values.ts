import { invalidArgValue } from '../../errors.js'
import { type OptionInfo, options, type SocketOptions, type ValueType } from '../../options/index.js'

type Parse = (text: string, name: string) => unknown

const flags: Readonly<Record<string, boolean>> = {
  on: true,
  true: true,
  yes: true,
  1: true,
  off: false,
  false: false,
  no: false,
  0: false,
}

const number: Parse = (text, name) => {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isNaN(value)) throw invalidArgValue(name, text, 'must be a number')
  return value
}

const integer: Parse = (text, name) => {
  if (!/^\d+$/.test(text)) throw invalidArgValue(name, text, 'must be a whole number')
  return BigInt(text)
}

const json: Parse = (text, name) => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw invalidArgValue(name, text, 'must be JSON, such as {"group":"239.1.2.3"}')
  }
}

/** How a value of each form is written on the command line; what has fields is written as JSON. */
const parsers: Readonly<Partial<Record<ValueType, Parse>>> = {
  flag(text, name) {
    const value = flags[text.toLowerCase()]
    if (value === undefined) throw invalidArgValue(name, text, 'must be on or off')
    return value
  },
  int: number,
  unsigned: number,
  ifindex: number,
  timeval: number,
  uint64: integer,
  string: (text) => text,
  in_addr: (text) => text,
  linger(text, name) {
    // Anything else makes the process's own close() reset the connection, or block.
    if (text.toLowerCase() !== 'off') throw invalidArgValue(name, text, 'can only be off in a process of somebody else')
    return { on: false, seconds: 0 }
  },
  bytes(text, name) {
    if (!/^([0-9a-f]{2})+$/i.test(text)) throw invalidArgValue(name, text, 'must be bytes in hexadecimal digits')
    return Buffer.from(text, 'hex')
  },
  port_range(text, name) {
    const [, low, high] = /^(\d+)-(\d+)$/.exec(text) ?? []
    if (low === undefined) throw invalidArgValue(name, text, 'must be two ports, such as 40000-40100')
    return { low: Number(low), high: Number(high) }
  },
}

/** Reads one `NAME=VALUE`. What names no option, or one that cannot be set, `setOptions` refuses. */
function assignmentOf(text: string): [string, unknown] {
  const at = text.indexOf('=')
  if (at <= 0) throw invalidArgValue('--set', text, 'must be NAME=VALUE')
  const [name, value] = [text.slice(0, at).trim().toUpperCase(), text.slice(at + 1)]
  const info = (options as ReadonlyMap<string, OptionInfo>).get(name)
  if (!info || info.access === 'ro') return [name, value]
  return [name, (parsers[info.type] ?? json)(value, name)]
}

/**
 * Reads the options of the command line, each by the form of its value.
 *
 * @throws `ERR_INVALID_ARG_VALUE`
 */
export function assignmentsOf(texts: readonly string[]): SocketOptions {
  return Object.fromEntries(texts.map(assignmentOf)) as SocketOptions
}
