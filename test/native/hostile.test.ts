import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { native } from '../../lib/native.js'
import { openDescriptors } from '../support.js'
import {
  callChanged,
  callRaw,
  callReplaced,
  currentNamespace,
  descriptorLinks,
  type Outcome,
  openSocket,
  placesOf,
} from './frame.js'
import { callNames, type ExportName, exportNames, kindsOf } from './signatures.js'
import {
  hostileBytes,
  hostileIntegers,
  integers,
  notIntegers,
  tooMany,
  wrongForBytes,
  wrongForNumber,
} from './values.js'

/** The largest errno that Linux gives out (MAX_ERRNO in include/linux/err.h). */
const maxErrno = 4095

function expectTypeError(outcome: Outcome, label: string): void {
  expect(outcome, label).toHaveProperty('thrown')
  if (!('thrown' in outcome)) return
  expect(outcome.thrown, label).toBeInstanceOf(TypeError)
  expect(outcome.thrown, label).toHaveProperty('code', 'ERR_INVALID_ARG_TYPE')
}

/** A descriptor, a length, 0, or a negated errno. */
function expectResult(outcome: Outcome, label: string): void {
  expect(outcome, label).toHaveProperty('returned')
  const { returned } = outcome as { returned: number }
  expect(Number.isInteger(returned), label).toBe(true)
  expect(returned, label).toBeGreaterThanOrEqual(-maxErrno)
}

let namespace: string
let links: string[]

beforeAll(() => {
  namespace = currentNamespace()
  links = descriptorLinks()
})

afterAll(() => {
  expect(currentNamespace()).toBe(namespace)
  expect(descriptorLinks()).toEqual(links)
})

describe.each(callNames)('%s', (name) => {
  test('throws a TypeError for what is no number', () => {
    for (const index of placesOf(name, ['fd', 'int'])) {
      for (const [label, value] of wrongForNumber()) {
        expectTypeError(callReplaced(name, index, value), `argument ${index}: ${label}`)
      }
    }
  })

  test('throws a TypeError for what is no Uint8Array', () => {
    for (const index of placesOf(name, ['bytes', 'optional bytes'])) {
      for (const [label, value] of wrongForBytes()) {
        if (value === undefined && kindsOf(name)[index] === 'optional bytes') continue
        expectTypeError(callReplaced(name, index, value), `argument ${index}: ${label}`)
      }
    }
  })

  test('returns EINVAL for a number that is no 32-bit integer', () => {
    for (const index of placesOf(name, ['fd', 'int'])) {
      for (const value of notIntegers) {
        expect(callReplaced(name, index, value), `argument ${index}: ${value}`).toEqual({ returned: errnoOf('EINVAL') })
      }
    }
  })

  test('returns a result for any 32-bit integer', () => {
    for (const index of placesOf(name, ['int'])) {
      for (const value of hostileIntegers) {
        expectResult(callReplaced(name, index, value), `argument ${index}: ${value}`)
      }
    }
  })

  test('returns a result for bytes of any length and origin', () => {
    for (const index of placesOf(name, ['bytes', 'optional bytes'])) {
      for (const [label, value] of hostileBytes()) {
        expectResult(callReplaced(name, index, value), `argument ${index}: ${label}`)
      }
    }
  })

  test('returns EINVAL for more bytes than a 32-bit integer can count', () => {
    for (const index of placesOf(name, ['bytes', 'optional bytes'])) {
      expect(callReplaced(name, index, tooMany)).toEqual({ returned: errnoOf('EINVAL') })
    }
  })

  test('throws a TypeError for too few arguments', () => {
    const required = kindsOf(name).filter((kind) => kind !== 'optional bytes').length
    for (let count = 0; count < required; count++) {
      expectTypeError(
        callChanged(name, (args) => args.slice(0, count)),
        `${count} arguments`,
      )
    }
  })

  test('ignores arguments beyond its own', () => {
    expectResult(
      callChanged(name, (args) => [...args, ...Array(100).fill(Symbol('too many'))]),
      'too many',
    )
  })

  test('reports the first wrong type, and a wrong type before a wrong number', () => {
    const numbers = placesOf(name, ['fd', 'int'])
    const last = kindsOf(name).length - 1
    if (numbers.length === 0 || last === 0) return
    expectTypeError(
      callChanged(name, (args) => args.with(0, Number.NaN).with(last, 'text')),
      'NaN, then a text',
    )
    expectTypeError(
      callChanged(name, (args) => args.map(() => 'text')),
      'texts only',
    )
  })
})

describe.each(exportNames)('%s as a function', (name: ExportName) => {
  test('can be called with any receiver', () => {
    const fd = -1
    const args = kindsOf(name).map((kind) => (kind === 'fd' || kind === 'int' ? fd : new Uint8Array(0)))
    if (args.length === 0) return
    for (const receiver of [undefined, null, 1, {}, native]) {
      expect(Number.isInteger(Reflect.apply(native[name], receiver, args))).toBe(true)
    }
  })

  test('can be used as a constructor without harm', () => {
    const args = kindsOf(name).map((kind) => (kind === 'fd' || kind === 'int' ? -1 : new Uint8Array(0)))
    if (args.length === 0) return
    expect(Reflect.construct(native[name], args)).toBeTypeOf('object')
  })
})

describe('a hostile call', () => {
  test('changes nothing that a sound call after it would notice', () => {
    const before = openDescriptors()
    for (let round = 0; round < 1000; round++) {
      const fd = openSocket()
      for (const value of [Number.NaN, 'text', 2 ** 32 + fd]) callRaw('setInt', [value, 1, 2, 1])
      expect(native.getInt(fd, 1, 2)).toBe(0)
      expect(native.memory()[0]).toBe(0)
      expect(native.close(fd)).toBe(0)
    }
    expect(openDescriptors()).toBe(before)
  })

  test.each(integers)('takes %s for an integer where it is one', (given, meant) => {
    const fd = openSocket()
    expect(native.setInt(fd, 1, 2, given)).toBe(0)
    expect(native.getInt(fd, 1, 2)).toBe(0)
    expect(native.memory()[0]).toBe(meant === 0 ? 0 : 1)
    native.close(fd)
  })
})
