import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArguments } from './arguments.mjs'
import { conclude } from './claims.mjs'
import { requireLibrary } from './setup.mjs'
import { spread } from './statistics.mjs'
import { orderOf } from './turns.mjs'

const usage = `npm run bench -- load [--rounds 41] [--json] [--check]
  --rounds  how many processes import each module
  --json    print the data, every round included, instead of the report
  --check   exit with 1 when a claim does not hold`

/** What an import of sockctl may take beyond one of node:net, in milliseconds. */
const most = 15

const library = fileURLToPath(new URL('../dist/', import.meta.url))

/** Each in a file of its own would be a second file to read; all are given to Node.js as text. */
const programs = [
  { name: 'nothing', text: '' },
  { name: 'node:net', text: "import 'node:net'" },
  { name: 'sockctl', text: `import '${library}index.js'` },
  { name: 'sockctl/diag', text: `import '${library}diag.js'` },
]

/** Milliseconds from the start of a process until it has ended. */
function time({ text }) {
  const start = process.hrtime.bigint()
  const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', text], { stdio: 'inherit' })
  const ms = Number(process.hrtime.bigint() - start) / 1e6
  if (status !== 0) throw new Error(`${text} ended with ${status}`)
  return ms
}

function measure(rounds) {
  const samples = Object.fromEntries(programs.map(({ name }) => [name, []]))
  // The first process finds the files not yet in the page cache.
  for (let round = -1; round < rounds; round++) {
    for (const program of orderOf(programs, round + 1)) {
      const ms = time(program)
      if (round >= 0) samples[program.name].push(ms)
    }
  }
  return samples
}

function print({ node, rounds, samples }) {
  console.log(`Node ${node}, ${rounds} processes each, by turns. Medians, from start to end.\n`)
  for (const [name, values] of Object.entries(samples)) {
    console.log(`${name.padEnd(14)}${spread(values).median.toFixed(1).padStart(8)} ms`)
  }
}

function judge({ samples }) {
  const longer = samples.sockctl.map((ms, round) => ms - samples['node:net'][round])
  const { median, low, high } = spread(longer)
  const text = `sockctl - node:net ${median.toFixed(1)} ms (IQR ${low.toFixed(1)}–${high.toFixed(1)}), wanted <= ${most}`
  return [{ title: 'sockctl - node:net', median, low, high, most, holds: median <= most, text }]
}

/**
 * The benchmark `load`.
 *
 * @param {string[]} args the command line
 */
export function run(args) {
  const { help, json, check, rounds } = parseArguments(args, { rounds: 41 })
  if (help) return console.log(usage)
  requireLibrary()
  const data = { node: process.version, rounds, samples: measure(rounds) }
  conclude({ data, claims: judge(data), print }, { json, check })
}
