import { invalidArgValue } from '../errors.js'

/** The encoder of a value that can only be read. */
export function readOnly(_value: unknown, name: string): never {
  throw invalidArgValue('name', name, 'must be a writable option')
}

/** The decoder of a value that can only be set. */
export function writeOnly(): never {
  throw new TypeError('not readable')
}
