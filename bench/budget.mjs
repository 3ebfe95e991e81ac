import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseArguments } from './arguments.mjs'
import { cases } from './budget/cases.mjs'
import { requireLibrary } from './setup.mjs'

const usage = `npm run bench -- budget [--windows 1] [--json] [--check]
  --windows  how many times all ports are used up again after the first burst, a minute each
  --check    exit with 1 when what was measured is off by more than 2 %
It takes root, for networks of its own, and about a minute for each window.`

const program = fileURLToPath(new URL('budget/program.mjs', import.meta.url))

/** Each case is in a network of its own, so that all can go on at once. */
async function measure({ title }, index, windows) {
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify([index, windows])])
  return { title, ...JSON.parse(stdout) }
}

const tolerance = 0.02

function rowOf({ title, predicted, measured, tried, after }) {
  const { burst, perSecond } = predicted
  const rate = after && (1000 * after.made) / after.ms
  const burstHolds = measured === (burst ?? tried)
  const rateHolds = rate === undefined || Math.abs(rate / perSecond - 1) <= tolerance
  return {
    title,
    'burst, predicted': burst ?? 'no limit',
    'burst, measured': burst === undefined ? `all ${tried}` : measured,
    'a second, predicted': perSecond === undefined ? 'no limit' : perSecond.toFixed(3),
    'a second, measured': rate === undefined ? '' : rate.toFixed(3),
    holds: burstHolds && rateHolds,
  }
}

/**
 * The benchmark `budget`.
 *
 * @param {string[]} args the command line
 */
export async function run(args) {
  const { help, check, json, windows } = parseArguments(args, { windows: 1 })
  if (help) return console.log(usage)
  requireLibrary()
  const found = await Promise.all(cases.map((one, index) => measure(one, index, windows)))
  const rows = found.map((one) => rowOf(one))
  if (json) console.log(JSON.stringify({ found, rows }, null, 2))
  else console.table(Object.fromEntries(rows.map(({ title, ...row }) => [title, row])))
  if (check && rows.some(({ holds }) => !holds)) process.exitCode = 1
}
