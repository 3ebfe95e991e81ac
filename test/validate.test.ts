import { createContext, runInContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import {
  maxInt32,
  optional,
  validateBoolean,
  validateFunction,
  validateInteger,
  validateNumber,
  validateObject,
  validateOneOf,
  validatePort,
  validateSignal,
  validateString,
} from '../lib/validate.js'
import { thrownBy } from './support.js'

type Check = (value: unknown, name: string) => void

const argType = 'ERR_INVALID_ARG_TYPE'
const range = 'ERR_OUT_OF_RANGE'
const badPort = 'ERR_SOCKET_BAD_PORT'

const noNumbers: unknown[] = [undefined, null, '', '80', true, 1n, {}, [], [80], () => 80, Symbol('80'), Object(80)]
const noIntegers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5, -0.5]

/** Each check with what it takes, and what it refuses with each code. */
const table: Record<string, { check: Check; good: unknown[]; bad: Record<string, unknown[]> }> = {
  validateInteger: {
    check: (value, name) => validateInteger(value, name, -5, 10),
    good: [-5, -1, 0, -0, 10],
    bad: { [argType]: noNumbers, [range]: [...noIntegers, -6, 11, 2 ** 31, 2 ** 53, 10.0000001] },
  },
  validateNumber: {
    check: (value, name) => validateNumber(value, name, -0.5, 1.5),
    good: [-0.5, 0, 0.1, 1.5],
    bad: { [argType]: noNumbers, [range]: [Number.NaN, Number.POSITIVE_INFINITY, -0.6, 1.6, Number.NEGATIVE_INFINITY] },
  },
  validatePort: {
    check: validatePort,
    good: [0, 1, 80, 65535],
    bad: { [argType]: noNumbers, [badPort]: [...noIntegers, -1, 65536, 1.5, 2 ** 32 + 80] },
  },
  validateBoolean: {
    check: validateBoolean,
    good: [true, false],
    bad: { [argType]: [undefined, null, 0, 1, '', 'true', {}, [], Object(false)] },
  },
  validateString: {
    check: validateString,
    good: ['', 'text', '\0'],
    bad: { [argType]: [undefined, null, 0, true, {}, [], ['text'], Object('text'), Symbol('text')] },
  },
  validateObject: {
    check: validateObject,
    good: [{}, Object.create(null), new Map(), new Date(0), new Proxy({}, {})],
    bad: { [argType]: [undefined, null, 0, '', true, [], () => {}, Symbol('s')] },
  },
  validateFunction: {
    check: validateFunction,
    good: [() => {}, class {}, async () => {}, Math.max],
    bad: { [argType]: [undefined, null, 0, '', {}, []] },
  },
  validateSignal: {
    check: validateSignal,
    good: [
      AbortSignal.abort(),
      new AbortController().signal,
      // As another DOM has it.
      Object.assign(new EventTarget(), { aborted: false, reason: undefined, throwIfAborted() {} }),
    ],
    bad: { [argType]: [undefined, null, {}, { aborted: false }, new EventTarget(), new AbortController()] },
  },
  validateOneOf: {
    check: (value, name) => validateOneOf(value, name, ['read', 'write', 0]),
    good: ['read', 'write', 0],
    bad: { ERR_INVALID_ARG_VALUE: [undefined, null, '', 'READ', '0', 1, {}, ['read'], Symbol('read')] },
  },
}

describe.each(Object.entries(table))('%s', (_, { check, good, bad }) => {
  test('takes what it is for', () => {
    for (const value of good) expect(check(value, 'name')).toBeUndefined()
  })

  test.each(Object.entries(bad))("refuses with Node's %s", (code, values) => {
    for (const value of values) {
      const error = thrownBy(() => check(value, 'options.name'))
      expect(error).toHaveProperty('code', code)
      expect(error).toBeInstanceOf(code === range || code === badPort ? RangeError : TypeError)
      expect(error.message).toContain('options.name')
    }
  })
})

describe('validateInteger', () => {
  test('takes the bounds themselves', () => {
    expect(() => validateInteger(maxInt32, 'fd', 0, maxInt32)).not.toThrow()
    expect(thrownBy(() => validateInteger(maxInt32 + 1, 'fd', 0, maxInt32))).toHaveProperty('code', range)
  })
})

describe('validateObject', () => {
  test('takes objects of another realm', () => {
    expect(() => validateObject(runInContext('({})', createContext()), 'options')).not.toThrow()
    expect(thrownBy(() => validateObject(runInContext('[]', createContext()), 'options'))).toHaveProperty(
      'code',
      argType,
    )
  })
})

describe('optional', () => {
  test('does not check undefined', () => {
    expect(() => optional(undefined, 'options.port', validatePort)).not.toThrow()
  })

  test.each([null, 0, '', false])('checks %j', (value) => {
    expect(thrownBy(() => optional(value, 'options.x', validateFunction))).toHaveProperty('code', argType)
  })
})
