import { describe, expect, test } from 'vitest'
import { compare, type Difference, type Records, recordOf, subjects } from './harness.js'

const stock = 'node:net'
const planted = (kind: string) => new URL(`planted.mjs?${kind}`, import.meta.url).href

/** How often all programs are repeated: more by the environment's REPETITIONS. */
const repetitions = Number(process.env.REPETITIONS ?? 3)

const known = new Map<string, Promise<Records>>()

/** A record by Node's module, made once. */
function stockRecord(subject: string): Promise<Records> {
  const record = known.get(subject) ?? recordOf(stock, subject)
  known.set(subject, record)
  return record
}

async function differencesOf(module: string, subject: string, patience?: number): Promise<Difference[]> {
  const [ours, theirs] = await Promise.all([stockRecord(subject), recordOf(module, subject, patience)])
  return compare(ours, theirs).differences
}

/** One difference of those that were found: in which program and lane, and the two lines. */
function inProgram(differences: Difference[], program: string): Difference[] {
  return differences.filter((difference) => difference.program === program)
}

describe('a planted difference', () => {
  test.each([
    ['an event a tick later', 'later:ready', 'half-open', 'the client ends', 'client', /^\+ ready/, /^ {2}ready/],
    ['an event a microtask later', 'microtask', 'listen-forms', 'listen() in ticks', 'server', /./, /./],
    ['an event that is missing', 'missing', 'eyeballs', 'families tried by turns', 'client', /ready/, /readable|data/],
    ['an event too many', 'more', 'half-open', 'the server ends', 'client', /end/, /timeout/],
    ['an event that comes twice', 'twice', 'half-open', 'the client ends', 'client', /ready/, /connect/],
    ['two events in the other order', 'order', 'half-open', 'the client ends', 'client', /connect/, /ready/],
    ['another errno', 'errno', 'connect-wrong', 'a refused connection', 'client', /errno: -111/, /errno: -1,/],
    ['another message', 'message', 'connect-wrong', 'a path that is missing', 'client', /ENOENT/, />\." /],
    [
      'a syscall that is documented for binds alone',
      'syscall',
      'connect-wrong',
      'a path that is a file',
      'client',
      /"connect" }/,
      /"bind" }/,
    ],
    [
      'another argument of close',
      'hadError',
      'errors',
      'destroy(error) of a client',
      'client',
      /close true/,
      /close false/,
    ],
    ['an argument too many', 'argument', 'listen-forms', 'listen(port)', 'server', /listening$/, /listening "unasked"/],
    ['another property', 'state', 'connect-life', 'a new socket', 'client', /bytesRead: 0/, /bytesRead: 1/],
    [
      'another error that is thrown',
      'code',
      'connect-wrong',
      'connect() on ports that are none',
      'program',
      /BAD_PORT/,
      /ERR_PORT/,
    ],
    ['another value that is returned', 'returned', 'listen-forms', 'listen(port)', 'program', /true/, /false/],
  ])('is found: %s', async (_, kind, subject, program, lane, ours, theirs) => {
    const [found] = inProgram(await differencesOf(planted(kind), subject), program).filter((each) => each.lane === lane)
    expect(found).toMatchObject({
      program,
      lane,
      stock: expect.stringMatching(ours),
      other: expect.stringMatching(theirs),
    })
  })

  // Those that are missing come from the event loop, with nothing between it and them that a tick could fall behind.
  test.each([
    ['lookup', 'connect-lookup'],
    ['connectionAttempt', 'connect-forms'],
    ['connectionAttemptFailed', 'connect-wrong'],
    ['connectionAttemptTimeout', 'eyeballs'],
    ['connect', 'connect-forms'],
    ['ready', 'connect-forms'],
    ['error', 'errors'],
    ['close', 'destroy'],
    ['end', 'streams'],
    ['prefinish', 'half-open'],
    ['finish', 'half-open'],
    ['data', 'streams'],
    ['readable', 'half-open'],
    ['resume', 'connect-forms'],
    ['pause', 'connect-life'],
    ['drain', 'streams'],
    ['pipe', 'pipes'],
    ['unpipe', 'pipes'],
    ['listening', 'listen-forms'],
  ])('is found: %s a tick later', async (event, subject) => {
    expect(await differencesOf(planted(`later:${event}`), subject, 1000)).not.toEqual([])
  })

  test('is found where a program does not end', async () => {
    const found = inProgram(await differencesOf(planted('hung'), 'handles', 300), 'listen(server)')
    expect(found).toContainEqual(
      expect.objectContaining({ lane: 'failed', other: expect.stringContaining('did not end') }),
    )
  })

  test('that is none is not found', async () => {
    expect(await differencesOf(planted('nothing'), 'half-open')).toEqual([])
    expect(await differencesOf(planted('nothing'), 'timeouts')).toEqual([])
  })
})

describe(`${repetitions} repetitions of all programs on node:net`, () => {
  // Most of the time goes by in waiting.
  test.concurrent.each(subjects)('have no difference: %s', async (subject) => {
    for (let round = 0; round < repetitions; round++) expect(await differencesOf(stock, subject)).toEqual([])
  })
})

describe('the comparison', () => {
  const records = (...lines: string[]): Records => ({ a: { lanes: { server: lines } } })
  const failed = 'error Error "listen EADDRINUSE: address" { syscall: "listen" }'

  test('lets a failed bind of a listener be called bind, and counts it', () => {
    const other = failed.replace('listen ', 'bind ').replace('"listen"', '"bind"')
    expect(compare(records(failed, 'close'), records(other, 'close'))).toEqual({
      lines: 2,
      differences: [],
      binds: ['a'],
    })
  })

  test('lets nothing else be another', () => {
    const half = failed.replace('"listen"', '"bind"')
    expect(compare(records(failed), records(half)).differences).toHaveLength(1)
    expect(compare(records('close'), records()).differences).toHaveLength(1)
    expect(compare(records(), records('close')).differences).toHaveLength(1)
    expect(compare(records('close'), {}).differences).toHaveLength(2)
    expect(compare({ a: { lanes: {}, failed: 'late' } }, { a: { lanes: {} } }).differences).toHaveLength(1)
  })
})
