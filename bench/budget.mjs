import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseArguments } from './arguments.mjs'
import { cases } from './budget/cases.mjs'
import { requireLibrary } from './setup.mjs'

const usage = `npm run bench -- budget [--windows 1] [--json] [--check]
  --windows  how many times all ports are used up again after the first burst, a minute each
  --check    exit with 1 when a burst is not exact, or a rate not within what is predicted, give or take 2 %
It takes root, for networks of its own, and about a minute for each window.`

const program = fileURLToPath(new URL('budget/program.mjs', import.meta.url))

/** Each case is in a network of its own, so that all can go on at once. */
async function measure({ title }, index, windows) {
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify([index, windows])])
  return { title, ...JSON.parse(stdout) }
}

/** A client that is refused tries again 5 ms later, and opening and closing take time as well. */
const tolerance = 0.02

function rangeText({ perSecond, perSecondLeast }) {
  if (perSecond === undefined) return 'no limit'
  const most = perSecond.toFixed(3)
  return perSecondLeast === perSecond ? most : `${perSecondLeast.toFixed(3)} to ${most}`
}

function rowOf({ title, predicted, measured, tried, after }) {
  const { burst, perSecond, perSecondLeast } = predicted
  const rate = after && (1000 * after.made) / after.ms
  const burstHolds = measured === (burst ?? tried)
  const isWithin = () => rate >= perSecondLeast * (1 - tolerance) && rate <= perSecond * (1 + tolerance)
  const rateHolds = rate === undefined || isWithin()
  return {
    title,
    'burst, predicted': burst ?? 'no limit',
    'burst, measured': burst === undefined ? `all ${tried}` : measured,
    'a second, predicted': rangeText(predicted),
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
