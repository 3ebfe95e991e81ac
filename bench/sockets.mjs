import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArguments } from './arguments.mjs'
import { conclude } from './claims.mjs'
import { judge } from './sockets/claims.mjs'
import { printMemory, printQuestions } from './sockets/report.mjs'
import { runRounds } from './sockets/rounds.mjs'

const usage = `npm run bench -- sockets [--rounds 15] [--count 56000] [--json] [--check]
  --rounds  how often each contender has its turn
  --count   how many sockets are in TIME_WAIT
  --json    print the data, every round included, instead of the report
  --check   exit with 1 when a claim does not hold
It takes root, for a network of its own.`

/** Runs in a process of its own, see there. */
function measureMemory() {
  const script = fileURLToPath(new URL('sockets/memory.mjs', import.meta.url))
  return JSON.parse(execFileSync(process.execPath, [script], { encoding: 'utf8' }))
}

async function measure({ rounds, count }) {
  // Only now: what they import is there once the setup has run.
  const { enterOwnNetwork, makeRemnants } = await import('./sockets/network.mjs')
  const { openContenders } = await import('./sockets/contenders.mjs')
  const { BareSocket } = await import('../dist/index.js')
  enterOwnNetwork()
  const listener = new BareSocket('ipv4')
  listener.listen(1, { address: '127.0.0.1' })
  const contenders = await openContenders()
  const present = contenders.filter(({ missing }) => !missing)
  try {
    makeRemnants(count)
    const samples = await runRounds(present, { rounds, port: listener.address().port })
    return { samples, memory: measureMemory(), missing: contenders.filter(({ missing }) => missing) }
  } finally {
    for (const { close } of present) close?.()
    listener.close()
  }
}

/**
 * The benchmark `sockets`.
 *
 * @param {string[]} args the command line
 * @param {() => void} prepare installs and builds what is needed
 */
export async function run(args, prepare) {
  const { help, json, check, ...how } = parseArguments(args, { rounds: 15, count: 56_000 })
  if (help) return console.log(usage)
  prepare()
  const { rounds, count } = how
  const data = { node: process.version, rounds, count, ...(await measure(how)) }
  const print = () => {
    printQuestions(data)
    printMemory(data.memory)
  }
  conclude({ data, claims: judge(data.samples), print }, { json, check })
}
