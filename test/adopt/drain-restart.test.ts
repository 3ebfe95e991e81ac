import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { isRoot } from '../support.js'

const why = isRoot ? '' : ' (needs root, for a network of its own)'

/** What came of the restarts of a server. */
interface Result {
  mode: string
  user: string
  requests: number
  lost: Record<string, number>
  reports: { guarantee: string }[]
}

/** The short form of `npm run bench -- restart`. */
async function restart(modes: string): Promise<Result[]> {
  const program = join(import.meta.dirname, '../../bench/run.mjs')
  const args = [program, 'restart', '--modes', modes, '--users', 'nobody', '--restarts', '5', '--json']
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return JSON.parse(stdout).results
}

describe.skipIf(why)(`an HTTP server that nobody restarts under load${why}`, () => {
  test('loses requests when it is closed first, and none with drain', async () => {
    const [plain, drained] = await restart('plain,drain')
    const lossOf = ({ lost }: Result) => Object.values(lost).reduce((sum, one) => sum + one, 0)
    expect(lossOf(plain as Result)).toBeGreaterThan(0)
    expect(lossOf(drained as Result)).toBe(0)
    expect(drained?.requests).toBeGreaterThan(100)
    expect(drained?.reports.map(({ guarantee }) => guarantee)).toEqual(Array(5).fill('lossless'))
  })
})
