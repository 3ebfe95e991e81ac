import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArguments } from './arguments.mjs'
import { conclude } from './claims.mjs'
import { connectedSocket } from './connection.mjs'
import { judge } from './options/claims.mjs'
import { printMemory, printOperations } from './options/report.mjs'
import { runRounds } from './options/rounds.mjs'

const usage = `npm run bench -- options [--rounds 31] [--calls 20000] [--json] [--check]
  --rounds  how often each contender has its turn
  --calls   how many calls make a turn
  --json    print the data, every round included, instead of the report
  --check   exit with 1 when a claim does not hold`

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
  const { help, json, check, ...how } = parseArguments(args, { rounds: 31, calls: 20000 })
  if (help) return console.log(usage)
  prepare()
  const { rounds, calls } = how
  const data = { node: process.version, rounds, calls, ...(await measure(how)), memory: measureMemory() }
  const print = () => {
    printOperations(data)
    printMemory(data.memory)
  }
  conclude({ data, claims: judge(data), print }, { json, check })
}
