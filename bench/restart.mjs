import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArguments } from './arguments.mjs'
import { conclude } from './claims.mjs'
import { runInNamespace } from './namespace.mjs'
import { judgeRestarts, printRestarts } from './restart/report.mjs'
import { requireLibrary } from './setup.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const known = readdirSync(here('restart/modes')).map((name) => name.replace(/\.mjs$/, ''))
const isRoot = process.getuid() === 0

const usage = `npm run bench -- restart [--modes ${known}] [--users root,nobody] [--restarts 200] [--flight 32]
    [--requests 1] [--json] [--check]
  --modes     which ways to restart
  --users     whose the servers are: root, nobody; without root it is the caller, in a user namespace
  --restarts  how often each restarts
  --flight    how many connections are in flight at any time
  --requests  how many requests a connection is for: with more than one it is kept alive in between
  --json      print the data instead of the report
  --check     exit with 1 when a claim does not hold`

function listOf(text, allowed) {
  const names = text.split(',')
  const odd = names.find((name) => !allowed.includes(name))
  if (odd === undefined) return names
  throw Object.assign(new RangeError(`There is no ${odd}: ${allowed}`), { code: 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE' })
}

/**
 * The benchmark `restart`.
 *
 * @param {string[]} args the command line
 */
export function run(args) {
  const users = isRoot ? ['root', 'nobody'] : ['caller']
  const own = { modes: String(known), users: String(users), restarts: 200, flight: 32, requests: 1 }
  const { help, json, check, modes, users: whose, ...how } = parseArguments(args, own)
  if (help) return console.log(usage)
  requireLibrary()
  const runs = listOf(modes, known).flatMap((mode) => listOf(whose, users).map((user) => ({ mode, user })))
  const { restarts, flight, requests } = how
  const results = runInNamespace(here('restart/program.mjs'), { runs, restarts, flight, requests })
  const data = { node: process.version, restarts, flight, requests, results }
  conclude({ data, claims: judgeRestarts(data), print: printRestarts }, { json, check })
}
