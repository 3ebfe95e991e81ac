import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArguments } from './arguments.mjs'
import { conclude } from './claims.mjs'
import { judgeListen, printListen } from './listen/report.mjs'
import { runInNamespace } from './namespace.mjs'
import { compile, installNode, requireLibrary } from './setup.mjs'

const usage = `npm run bench -- listen [--rounds 9] [--seconds 3] [--workers 2] [--flight 128] [--node24 path]
    [--json] [--check]
  --rounds   how often each contender has its turn
  --seconds  how long a turn is
  --workers  how many workers a cluster has
  --flight   how many connections are open at once
  --node24   a Node.js that has reusePort; else $SOCKCTL_NODE24, else one is installed
  --json     print the data, every round included, instead of the report
  --check    exit with 1 when a claim does not hold`

/** What is compared with what: each on the same Node.js. */
const wanted = [
  { ours: 'sockctl', theirs: 'round robin', least: 1.5 },
  { ours: 'sockctl, Node 24', theirs: 'reusePort of Node.js, Node 24', least: 0.95 },
]

function contendersOf(node24) {
  const here = process.execPath
  return [
    { name: 'sockctl', node: here, way: 'sockctl' },
    { name: 'round robin', node: here, way: 'round robin' },
    { name: 'sockctl, Node 24', node: node24, way: 'sockctl' },
    { name: 'reusePort of Node.js, Node 24', node: node24, way: 'reusePort of Node.js' },
  ]
}

/**
 * The benchmark `listen`.
 *
 * @param {string[]} args the command line
 */
export function run(args) {
  const own = { rounds: 9, seconds: 3, workers: 2, flight: 128, node24: process.env.SOCKCTL_NODE24 ?? '' }
  const { help, json, check, node24, flight, ...how } = parseArguments(args, own)
  if (help) return console.log(usage)
  requireLibrary()
  const cpus = availableParallelism()
  if (cpus < 2) throw new Error('the load and the servers need a CPU each')
  const load = compile('load', 'listen/load.c')
  const second = node24 || installNode('24.21.0')
  const program = fileURLToPath(new URL('listen/program.mjs', import.meta.url))
  const what = { ...how, inFlight: flight, cpus }
  const samples = runInNamespace(program, { ...what, load, contenders: contendersOf(second) })
  const node = [process.version, execFileSync(second, ['--version'], { encoding: 'utf8' }).trim()]
  const data = { node, ...what, samples }
  conclude({ data, claims: judgeListen(data, wanted), print: printListen }, { json, check })
}
