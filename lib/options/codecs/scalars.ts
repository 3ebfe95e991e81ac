import { invalidArgValue } from '../../errors.js'
import { maxInt32, validateBoolean, validateInteger } from '../../validate.js'
import { writeOnly } from '../oneway.js'
import { little } from './fields.js'
import type { ScalarCodec } from './form.js'

/** A flag. */
export const flag: ScalarCodec = {
  range: [0, 1],
  fromInt: (int) => int !== 0,
  toInt(value, name) {
    validateBoolean(value, name)
    return value ? 1 : 0
  },
}

/** A signed integer. */
export const int: ScalarCodec = {
  range: [-maxInt32 - 1, maxInt32],
  fromInt: (int) => int,
  toInt(value, name, least, most) {
    validateInteger(value, name, least, most)
    return value
  },
}

/** An unsigned integer. */
export const unsigned: ScalarCodec = {
  range: [0, 2 ** 32 - 1],
  fromInt: (int) => int >>> 0,
  toInt(value, name, least, most) {
    validateInteger(value, name, least, most)
    return value | 0
  },
}

function swap(int: number): number {
  return little ? Buffer.of(int >>> 24, int >>> 16, int >>> 8, int).readInt32LE() : int
}

/** The index of an interface, which these options have in network byte order. */
export const ifindex: ScalarCodec = {
  range: [0, maxInt32],
  fromInt: swap,
  toInt(value, name, least, most) {
    validateInteger(value, name, least, most)
    return swap(value)
  },
}

/** What is done by setting the option, whatever the value. */
export const trigger: ScalarCodec = {
  range: [1, 1],
  fromInt: writeOnly,
  toInt(value, name) {
    validateBoolean(value, name)
    if (!value) throw invalidArgValue(name, value, 'must be true: the option does one thing, and cannot undo it')
    return 1
  },
}
