import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { native } from '../../lib/native.js'
import { families, types } from '../../lib/platform.js'
import { callRaw, currentNamespace, descriptorLinks, makesDescriptor, type Outcome, openSocket } from './frame.js'
import { type ExportName, exportNames, type Kind, kindsOf } from './signatures.js'
import { hostileBytes, hostileIntegers, notIntegers, wrongForBytes, wrongForNumber } from './values.js'

let links: string[]
let namespace: string
const home = process.cwd()
let folder: string

// A Unix socket that gets bound to some bytes leaves a file of that name.
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
  process.chdir(folder)
})

afterAll(() => {
  process.chdir(home)
  rmSync(folder, { recursive: true })
})

beforeEach(() => {
  links = descriptorLinks()
  namespace = currentNamespace()
})

afterEach(() => {
  expect(descriptorLinks()).toEqual(links)
  expect(currentNamespace()).toBe(namespace)
})

const integers = [0, 1, 2, 6, 10, 15, 41, 99, 9999, ...hostileIntegers]
const nowhere = [-1, -(2 ** 31), 19_999, 2 ** 31 - 1]

/** Values by names that a counterexample can show. They are new for each run, since calls write to the bytes. */
function makeValues(): Map<string, unknown> {
  const numbers = [...integers, ...nowhere, ...notIntegers].map((number) => [inspect(number), number] as const)
  return new Map<string, unknown>([...numbers, ...wrongForNumber(), ...wrongForBytes(), ...hostileBytes()])
}

function isInt32(value: unknown): boolean {
  return typeof value === 'number' && (value | 0) === value
}

const labels = [...makeValues().keys()]
/** Nothing that means the descriptor of somebody else, such as 0 for standard input. */
const noDescriptor = [...makeValues()]
  .filter(([, value]) => !isInt32(value) || nowhere.includes(Number(value)))
  .map(([label]) => label)

const bytes = fc.constantFrom(...hostileBytes().map(([label]) => label))
const anything = fc.constantFrom(...labels)
const kinds: Record<Kind, fc.Arbitrary<string>> = {
  fd: fc.oneof({ weight: 4, arbitrary: fc.constantFrom('tcp', 'udp', 'unix') }, fc.constantFrom(...noDescriptor)),
  int: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...[...integers, ...notIntegers].map((number) => inspect(number))) },
    anything,
  ),
  bytes: fc.oneof({ weight: 6, arbitrary: bytes }, anything),
  'optional bytes': fc.oneof({ weight: 6, arbitrary: fc.oneof(bytes, fc.constant('undefined')) }, anything),
}

/** Making a namespace is slow; a socket that is released is closed by nobody. */
const left: ReadonlySet<string> = new Set(['createNetworkNamespace', 'release'])

/** A call by the names of its arguments, of which it may lack some or have too many. */
const call = fc.constantFrom(...exportNames.filter((name) => !left.has(name))).chain((name) => {
  const args = fc.tuple(...kindsOf(name).map((kind) => kinds[kind]), anything)
  return fc.tuple(fc.constant(name), args, fc.integer({ min: 0, max: 5 }))
})

function check(name: ExportName, outcome: Outcome): void {
  if ('thrown' in outcome) {
    expect(outcome.thrown).toBeInstanceOf(TypeError)
  } else if (name !== 'memory') {
    expect(outcome.returned).toSatisfy(Number.isInteger)
    expect(outcome.returned).toBeGreaterThanOrEqual(-4095)
  }
}

function runCalls(calls: readonly (readonly [ExportName, string[], number])[]): void {
  const sockets = new Map<string, unknown>([
    ['tcp', openSocket()],
    ['udp', native.socket(families.ipv6, types.datagram, 0)],
    ['unix', native.socket(families.unix, types.stream, 0)],
  ])
  const values = new Map([...makeValues(), ...sockets])
  const made: unknown[] = [...sockets.values()]
  try {
    for (const [name, given, missing] of calls) {
      const args = given.slice(0, Math.max(given.length - missing, 0))
      const outcome = callRaw(
        name,
        args.map((label) => values.get(label)),
      )
      check(name, outcome)
      if (makesDescriptor.has(name) && 'returned' in outcome) made.push(outcome.returned)
    }
  } finally {
    for (const fd of made) native.close(Number(fd))
  }
}

describe('any calls in any order', () => {
  test('throw TypeErrors or return results, and keep the descriptors and the namespace', () => {
    const calls = fc.array(call, { minLength: 1, maxLength: 20 })
    fc.assert(fc.property(calls, runCalls), { numRuns: 1500 })
  })

  test('of close and release give up nothing that is not owned', () => {
    fc.assert(
      fc.property(fc.constantFrom('close', 'release'), fc.constantFrom(...noDescriptor), (name, label) => {
        const outcome = callRaw(name, [makeValues().get(label)])
        check(name, outcome)
        if ('returned' in outcome) expect(outcome.returned).toBeLessThan(0)
      }),
      { numRuns: 500 },
    )
  })
})
