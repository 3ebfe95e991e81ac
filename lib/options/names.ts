import { invalidArgValue } from '../errors.js'
import { validateObject, validateString } from '../validate.js'
import { readFields, readText } from './layout.js'

// FreeBSD has these names in fields of a fixed size, of which the last byte stays 0.
const sizes = { filter: 16, argument: 240, stack: 32, logId: 64 } as const

/** What keeps connections out of the accept queue until enough has come. */
export interface AcceptFilter {
  /** The filter: `dataready`, `httpready`, `dnsready` or that of another module. */
  name: string
  /** What the filter is told. @default '' */
  argument?: string
}

/** A TCP stack of FreeBSD. */
export interface TcpStack {
  /** Its name: `freebsd`, `rack`, `bbr` ... */
  name: string
  /** The connections that it runs. */
  connections: number
}

function put(bytes: Uint8Array, offset: number, size: number, value: unknown, name: string): void {
  validateString(value, name)
  const text = Buffer.from(value)
  if (text.includes(0)) throw invalidArgValue(name, value, 'must not have a zero byte in it')
  if (text.length >= size) throw invalidArgValue(name, value, `must be at most ${size - 1} bytes long`)
  bytes.set(text, offset)
}

/** The bytes of struct accept_filter_arg. */
export const acceptFilterSize = sizes.filter + sizes.argument

/** Reads struct accept_filter_arg. */
export function decodeAcceptFilter(bytes: Uint8Array): AcceptFilter {
  const argument = readText(bytes, sizes.filter, sizes.argument)
  return { name: readText(bytes, 0, sizes.filter), ...(argument === '' ? {} : { argument }) }
}

/** Checks an accept filter and gives struct accept_filter_arg. */
export function encodeAcceptFilter(value: unknown, name: string): Uint8Array {
  validateObject(value, name)
  const bytes = new Uint8Array(acceptFilterSize)
  put(bytes, 0, sizes.filter, value.name, `${name}.name`)
  put(bytes, sizes.filter, sizes.argument, value.argument ?? '', `${name}.argument`)
  return bytes
}

/** The bytes of struct tcp_function_set. */
export const tcpStackSize = sizes.stack + 4

/** Reads struct tcp_function_set. */
export function decodeTcpStack(bytes: Uint8Array): TcpStack {
  const { connections = 0 } = readFields(bytes, [['connections', sizes.stack, 4]])
  return { name: readText(bytes, 0, sizes.stack), connections }
}

/** Checks the name of a TCP stack and gives struct tcp_function_set. */
export function encodeTcpStack(value: unknown, name: string): Uint8Array {
  validateObject(value, name)
  const bytes = new Uint8Array(tcpStackSize)
  put(bytes, 0, sizes.stack, value.name, `${name}.name`)
  return bytes
}

/** The bytes to offer for TCP_LOGID. */
export const logIdSize = sizes.logId

/** Reads the name of a log. */
export function decodeLogId(bytes: Uint8Array): string {
  return readText(bytes, 0, logIdSize)
}

/** Checks the name of a log and gives its bytes. */
export function encodeLogId(value: unknown, name: string): Uint8Array {
  const bytes = new Uint8Array(logIdSize)
  put(bytes, 0, logIdSize, value, name)
  return bytes.subarray(0, bytes.indexOf(0))
}
