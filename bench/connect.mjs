import { fileURLToPath } from 'node:url'
import { parseArguments } from './arguments.mjs'
import { conclude } from './claims.mjs'
import { judgeConnect, printConnect, printOthers } from './connect/report.mjs'
import { runInNamespace } from './namespace.mjs'
import { requireLibrary } from './setup.mjs'

const usage = `npm run bench -- connect [--rounds 31] [--batches 16] [--pairs 30] [--echoes 2000] [--json] [--check]
  --rounds   how often each contender has its turn to connect
  --batches  how many times 64 connections make a turn
  --pairs    how many sockets of each kind carry data
  --echoes   how many times 64 bytes go forth and back over each; a 50th of that many times 1 MiB does
  --json     print the data, every round included, instead of the report
  --check    exit with 1 when a claim does not hold`

/**
 * The benchmark `connect`.
 *
 * @param {string[]} args the command line
 */
export function run(args) {
  const { help, json, check, ...how } = parseArguments(args, { rounds: 31, batches: 16, pairs: 30, echoes: 2000 })
  if (help) return console.log(usage)
  requireLibrary()
  const program = fileURLToPath(new URL('connect/program.mjs', import.meta.url))
  const data = { node: process.version, ...how, ...runInNamespace(program, how) }
  const print = () => {
    printConnect(data)
    printOthers(data)
  }
  conclude({ data, claims: judgeConnect(data), print }, { json, check })
}
