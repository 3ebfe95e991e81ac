import { invalidArgType, invalidArgValue, systemError } from '../errors.js'
import { familyOf, parseIPv4, parseIPv6 } from '../ipaddress.js'
import { native } from '../native.js'
import type { PortRange } from '../options/index.js'
import { validateBoolean, validateInteger, validateOneOf, validatePort, validateString } from '../validate.js'

/** The addresses that begin with the same bits. */
export interface AddressBlock {
  readonly family: 'ipv4' | 'ipv6'
  readonly bytes: Uint8Array
  /** How many bits count. */
  readonly length: number
}

/** Checks a value, and gives it in the form that a query has. */
export type Check<Value> = (value: unknown, name: string) => Value

/** Checks each of one or several values; of equal ones there is one. */
export function listOf<Value>(given: unknown, name: string, check: Check<Value>): readonly Value[] | undefined {
  if (given === undefined) return undefined
  if (!Array.isArray(given)) return [check(given, name)]
  if (given.length === 0) throw invalidArgValue(name, given, 'must not be an empty list')
  // Not map(), which leaves holes out.
  return [...new Set(Array.from(given, (value, index) => check(value, `${name}[${index}]`)))]
}

/** Checks that a value is one of a few. */
export function oneOf<Value>(allowed: readonly Value[]): Check<Value> {
  return (value, name) => {
    validateOneOf(value, name, allowed)
    return value
  }
}

/** Checks for an integer between two bounds, both inclusive. */
export function integer(least: number, most: number): Check<number> {
  return (value, name) => {
    validateInteger(value, name, least, most)
    return value
  }
}

/** Checks a port, or a range of them. */
export const checkPorts: Check<PortRange> = (value, name) => {
  if (typeof value === 'number') {
    validatePort(value, name)
    return { low: value, high: value }
  }
  if (value === null || typeof value !== 'object') throw invalidArgType(name, 'a port or a range of ports', value)
  const { low, high } = value as Partial<Record<keyof PortRange, unknown>>
  validatePort(low, `${name}.low`)
  validatePort(high, `${name}.high`)
  if (low > high) throw invalidArgValue(name, value, 'must begin with its lower end')
  return { low, high }
}

const addressBits = { ipv4: 32, ipv6: 128 }

/** Checks an address, or a block of them. */
export const checkBlock: Check<AddressBlock> = (value, name) => {
  validateString(value, name)
  const [address = '', length, ...more] = value.split('/')
  const family = address.includes('%') ? undefined : familyOf(address)
  if (!family || more.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) {
    throw invalidArgValue(name, value, 'must be an IP address, without a zone, or a block of them such as 10.0.0.0/8')
  }
  const most = addressBits[family]
  const bits = length === undefined ? most : Number(length)
  validateInteger(bits, `${name}: the length of the prefix`, 0, most)
  return { family, bytes: family === 'ipv4' ? parseIPv4(address) : parseIPv6(address), length: bits }
}

/** Checks the name of an interface, which must exist. */
export const checkInterface: Check<string> = (value, name) => {
  validateString(value, name)
  const index = native.interfaceIndex(Buffer.from(value))
  if (index < 0) throw systemError(index, 'if_nametoindex', { address: value })
  return value
}

/** Checks for a text. */
export const checkText: Check<string> = (value, name) => {
  validateString(value, name)
  return value
}

/** Checks a boolean, false where it is not given. */
export function flag(value: unknown, name: string): boolean {
  if (value === undefined) return false
  validateBoolean(value, name)
  return value
}
