import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { positive } from './arguments.mjs'
import { connectedSocket } from './connection.mjs'
import { judge } from './options/claims.mjs'
import { printClaims, printMemory, printOperations } from './options/report.mjs'
import { runRounds } from './options/rounds.mjs'

const usage = `npm run bench -- options [--rounds 31] [--calls 20000] [--json] [--check]
  --rounds  how often each contender has its turn
  --calls   how many calls make a turn
  --json    print the data, every round included, instead of the report
  --check   exit with 1 when a claim does not hold`

function parse(args) {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: 'string', default: '31' },
      calls: { type: 'string', default: '20000' },
      json: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  return { ...values, rounds: positive('rounds', values.rounds), calls: positive('calls', values.calls) }
}

async function measure(how) {
  // Only now: what they import is there once the setup has run.
  const { openContenders } = await import('./options/contenders.mjs')
  const { socket, close } = await connectedSocket()
  const contenders = await openContenders(socket)
  const present = contenders.filter(({ missing }) => !missing)
  try {
    return {
      missing: contenders.filter(({ missing }) => missing).map(({ name, missing }) => ({ name, missing })),
      samples: await runRounds(present, how),
    }
  } finally {
    for (const contender of present) contender.close()
    close()
  }
}

/** Runs in a process of its own, see there. */
function measureMemory() {
  const script = fileURLToPath(new URL('options/memory.mjs', import.meta.url))
  return JSON.parse(execFileSync(process.execPath, [script, '1000000'], { encoding: 'utf8' }))
}

/**
 * The benchmark `options`.
 *
 * @param {string[]} args the command line
 * @param {() => void} prepare installs and builds what is needed
 */
export async function run(args, prepare) {
  const { help, json, check, ...how } = parse(args)
  if (help) return console.log(usage)
  prepare()
  const { rounds, calls } = how
  const data = { node: process.version, rounds, calls, ...(await measure(how)), memory: measureMemory() }
  const claims = judge(data)
  if (json) console.log(JSON.stringify({ ...data, claims }, null, 2))
  else {
    printOperations(data)
    printMemory(data.memory)
    printClaims(claims)
  }
  if (check && claims.some(({ holds }) => !holds)) process.exitCode = 1
}
