import { describe, expect, test } from 'vitest'
import { compareProgram, type ProgramRecord, recordOf, subjects } from './harness.js'

const stockModule = 'node:net'

/** One program's records on either module. */
interface Pair {
  subject: string
  name: string
  stock: ProgramRecord
  other: ProgramRecord | undefined
}

async function pairsOf(moduleUnderTest: string, subject: string): Promise<Pair[]> {
  const [stock, other] = await Promise.all([recordOf(stockModule, subject), recordOf(moduleUnderTest, subject)])
  return Object.entries(stock).map(([name, record]) => ({ subject, name, stock: record, other: other[name] }))
}

/** All lines of a record that tell of a port in use. */
function portsInUse(record: ProgramRecord | undefined): string[] {
  return Object.values(record?.lanes ?? {})
    .flat()
    .filter((line) => line.includes('"EADDRINUSE"'))
}

function describeEach(pairs: readonly Pair[]): void {
  describe.each(subjects)('the same record by %s', (subject) => {
    for (const { name, stock, other } of pairs.filter((pair) => pair.subject === subject)) {
      if (stock.lacking) test.skip(`${name}: ${stock.lacking}`, () => {})
      else if (!stock.differs) test(name, () => expect(compareProgram(name, stock, other).differences).toEqual([]))
    }
  })

  const different = pairs.filter(({ stock }) => !stock.lacking && stock.differs)
  describe('SO_REUSEADDR, which Node sets for a client with a local port', () => {
    test.each(different)('$name', ({ stock, other }) => {
      expect(portsInUse(stock)).toEqual([])
      expect(portsInUse(other)).toEqual([expect.stringContaining('syscall: "bind"')])
    })
  })
}

/**
 * Runs every program on Node's module and on another, and compares what they record.
 *
 * @param moduleUnderTest its address
 * @param what its name in the tests
 */
export async function describePrograms(moduleUnderTest: string, what: string): Promise<void> {
  const pairs: Pair[] = []
  for (const subject of subjects) pairs.push(...(await pairsOf(moduleUnderTest, subject)))
  const run = pairs.filter(({ stock }) => !stock.lacking)
  const same = run.filter(({ stock }) => !stock.differs)
  const compared = same.map(({ name, stock, other }) => compareProgram(name, stock, other))
  const lines = compared.reduce((sum, part) => sum + part.lines, 0)

  describe(`${same.length} programs on node:net and on ${what}, ${lines} lines of records`, () => {
    test('are at least 70, each with a name and a record of its own', () => {
      expect(same.length).toBeGreaterThanOrEqual(70)
      expect(new Set(pairs.map(({ name }) => name)).size).toBe(pairs.length)
      expect(compared.filter((part) => part.lines === 0)).toEqual([])
    })

    test('came to their end on node:net', () => {
      const failed = run.filter(({ stock }) => stock.failed)
      expect(failed.map(({ name, stock }) => ({ name, failed: stock.failed }))).toEqual([])
    })

    test('call a failed bind of a listener bind', () => {
      expect(compared.flatMap(({ binds }) => binds)).toContain('listen() on a port in use')
    })
  })
  describeEach(pairs)
}
