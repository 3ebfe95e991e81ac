import { invalidArgType, invalidArgValue, outOfRange } from './errors.js'

/** The largest signed 32-bit integer, and so the largest descriptor and most options' largest value. */
export const maxInt32 = 2 ** 31 - 1

/** Checks for an integer between two bounds, both inclusive. */
export function validateInteger(value: unknown, name: string, least: number, most: number): asserts value is number {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value)
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value)
  if (value < least || value > most) throw outOfRange(name, `>= ${least} && <= ${most}`, value)
}

/** Checks for a finite number between two bounds, both inclusive. */
export function validateNumber(value: unknown, name: string, least: number, most: number): asserts value is number {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value)
  if (!(value >= least && value <= most)) throw outOfRange(name, `>= ${least} && <= ${most}`, value)
}

/** Checks for a port, 0 to 65535. */
export function validatePort(value: unknown, name: string): asserts value is number {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value)
  if (Number.isInteger(value) && value >= 0 && value <= 65535) return
  const message = `${name} should be >= 0 and < 65536. Received ${value}.`
  throw Object.assign(new RangeError(message), { code: 'ERR_SOCKET_BAD_PORT' })
}

/** Checks for a boolean. */
export function validateBoolean(value: unknown, name: string): asserts value is boolean {
  if (typeof value !== 'boolean') throw invalidArgType(name, 'of type boolean', value)
}

/** Checks for a string. */
export function validateString(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw invalidArgType(name, 'of type string', value)
}

/** Checks for an object that is neither null nor an array. */
export function validateObject(value: unknown, name: string): asserts value is Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw invalidArgType(name, 'of type object', value)
  }
}

/** Checks for a function. */
export function validateFunction(value: unknown, name: string): asserts value is (...args: never[]) => unknown {
  if (typeof value !== 'function') throw invalidArgType(name, 'of type function', value)
}

/** Checks for an AbortSignal, of whatever realm or DOM: it is known by what it can do. */
export function validateSignal(value: unknown, name: string): asserts value is AbortSignal {
  const { aborted, addEventListener, throwIfAborted } = Object(value) as Partial<AbortSignal>
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function' && typeof throwIfAborted === 'function') {
    return
  }
  throw invalidArgType(name, 'an instance of AbortSignal', value)
}

/** Checks that a value is one of a few. */
export function validateOneOf<T>(value: unknown, name: string, allowed: readonly T[]): asserts value is T {
  if ((allowed as readonly unknown[]).includes(value)) return
  throw invalidArgValue(name, value, `must be one of: ${allowed.map((one) => `'${one}'`).join(', ')}`)
}

/** Runs a check on a value unless it is undefined. */
export function optional<T>(
  value: unknown,
  name: string,
  check: (value: unknown, name: string) => asserts value is T,
): void {
  if (value !== undefined) check(value, name)
}
