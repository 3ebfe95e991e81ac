import { execFile } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { bindConflicts, type ConflictCase } from '../../lib/diag.js'
import { inProcess, isRoot, nobody, openDescriptors, rejectionOf } from '../support.js'

const program = fileURLToPath(new URL('conflicts.py', import.meta.url))

/** The same cases, measured by a program in another language that shares no code with this one. */
async function measureIndependently(): Promise<ConflictCase[]> {
  const args = isRoot ? [program, '--namespace'] : [program]
  const { stdout } = await promisify(execFile)('python3', args, { maxBuffer: 2 ** 26 })
  return JSON.parse(stdout) as ConflictCase[]
}

function differences(ours: readonly ConflictCase[], theirs: readonly ConflictCase[]): unknown[] {
  const text = (one: ConflictCase | undefined) => {
    const { unmeasured, ...rest } = one ?? {}
    const results = unmeasured === undefined ? {} : { bind: null, listen: null, firstListen: null, traffic: null }
    return JSON.stringify({ ...rest, ...results }, Object.keys({ ...ours[0] }).sort())
  }
  return ours.flatMap((one, index) => (text(one) === text(theirs[index]) ? [] : [{ ours: one, theirs: theirs[index] }]))
}

describe('bindConflicts', () => {
  let all: ConflictCase[] = []

  beforeAll(async () => {
    all = await bindConflicts()
  }, 120_000)

  test('agrees in every cell with an independent program', async () => {
    const theirs = await measureIndependently()
    expect(all).toHaveLength(1536)
    expect(theirs).toHaveLength(1536)
    expect(differences(all, theirs)).toEqual([])
    const [first, ...rest] = theirs as [ConflictCase, ...ConflictCase[]]
    expect(differences(all, [{ ...first, traffic: 'both' }, ...rest])).toHaveLength(1)
  }, 120_000)

  test.skipIf(!isRoot)('measures every cell (needs root for the cells of another user)', () => {
    expect(all.filter((one) => one.unmeasured !== undefined)).toEqual([])
  })

  test('says of a cell that was not measured why', async () => {
    const program = `report(await diag.bindConflicts({
      protocol: ['udp'], families: ['ipv4'], firstReuse: ['none'], secondReuse: ['none'],
      firstAddress: ['wildcard'], secondAddress: ['wildcard'] }))`
    const [own, stranger] = await inProcess<ConflictCase[]>(program, isRoot ? nobody : undefined)
    expect(own).toMatchObject({ user: 'same', bind: 'EADDRINUSE', traffic: 'first' })
    expect(stranger).toMatchObject({ user: 'other', bind: null, traffic: null, unmeasured: expect.any(String) })
  })

  test('measures only what is asked for', async () => {
    const cases = await bindConflicts({ protocol: ['tcp'], families: ['ipv6'], user: ['same'], firstListens: [true] })
    expect(cases).toHaveLength(64)
    expect(new Set(cases.map((one) => `${one.protocol} ${one.families} ${one.user} ${one.firstListens}`)).size).toBe(1)
  })

  test('leaves no descriptor and stays in its own network namespace', async () => {
    const few = { families: ['ipv4'], firstReuse: ['both'], secondReuse: ['both'] } as const
    await bindConflicts(few)
    const [namespace, before] = [readlinkSync('/proc/thread-self/ns/net'), openDescriptors()]
    await bindConflicts(few)
    expect(readlinkSync('/proc/thread-self/ns/net')).toBe(namespace)
    expect(openDescriptors()).toBe(before)
  })

  test('ends early when its signal fires', async () => {
    const error = await rejectionOf(bindConflicts({ signal: AbortSignal.abort() }))
    expect(error.code).toBe('ABORT_ERR')
  })

  test.each([
    ['no object', 5, 'ERR_INVALID_ARG_TYPE'],
    ['an unknown dimension', { colour: ['red'] }, 'ERR_INVALID_ARG_VALUE'],
    ['no list of values', { protocol: 'tcp' }, 'ERR_INVALID_ARG_TYPE'],
    ['an unknown value', { protocol: ['sctp'] }, 'ERR_INVALID_ARG_VALUE'],
    ['no signal', { signal: {} }, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %s', async (_what, options, code) => {
    const error = await rejectionOf(bindConflicts(options as never))
    expect(error.code).toBe(code)
  })
})
