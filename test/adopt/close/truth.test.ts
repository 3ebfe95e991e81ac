import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { CloseReport } from '../../../lib/index.js'
import { isRoot } from '../../support.js'

/** What the proof tells of each connection. */
interface Proof {
  name: string
  report: CloseReport
  wrong: { ours: string[]; peer: string[] }
}

const program = fileURLToPath(new URL('../../../bench/close/proof.mjs', import.meta.url))
const rounds = 2

// The benchmark `close` has many more.
test.skipIf(!isRoot)('closeAfterPeer tells the truth of both ends, which sock_diag knows (takes root)', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify({ rounds })])
  const all: Proof[] = JSON.parse(stdout)
  expect(all.filter(({ wrong }) => wrong.ours.length + wrong.peer.length > 0)).toEqual([])
  expect(all).toHaveLength(13 * rounds)
  expect(new Set(all.map(({ report }) => report.closedFirst))).toEqual(new Set(['peer', 'us', 'both', undefined]))
})
