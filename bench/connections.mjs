import { fileURLToPath } from 'node:url'
import { parseArguments } from './arguments.mjs'
import { conclude } from './claims.mjs'
import { runInNamespace } from './namespace.mjs'
import { requireLibrary } from './setup.mjs'

const usage = `npm run bench -- connections [--count 100000] [--json] [--check]
  --count  how many connections are held at once
  --json   print the data instead of the report
  --check  exit with 1 when a claim does not hold`

const perConnection = ({ connections, rss, heapUsed }) =>
  [rss, heapUsed].map((bytes) => (bytes / connections / 1024).toFixed(2).padStart(12)).join('')

function print({ node, count, processes, files, limits, results }) {
  console.log(
    `Node ${node}, ${count} connections to one port, in ${processes} processes for each side and as many source`,
  )
  console.log(`addresses: a process may have ${files} files open. ${JSON.stringify(limits)}\n`)
  console.log('KiB a connection                         rss    heapUsed')
  for (const { way, established, seconds, client, server, answered } of results) {
    console.log(`${way.padEnd(8)} client           ${perConnection(client).padStart(27)}`)
    console.log(`${way.padEnd(8)} server           ${perConnection(server).padStart(27)}`)
    console.log(
      `${''.padEnd(9)}${established} held after ${seconds.toFixed(1)} s; the server answered on ${answered} of ${answered} asked\n`,
    )
  }
}

function judge({ count, results }) {
  const [{ established, server }] = results
  const holds = established >= count && server.connections >= count
  const text = `sockctl: ${established} connections held at once, wanted >= ${count}`
  return [{ title: 'held at once', established, least: count, holds, text }]
}

/**
 * The benchmark `connections`.
 *
 * @param {string[]} args the command line
 */
export function run(args) {
  const { help, json, check, count } = parseArguments(args, { count: 100_000 })
  if (help) return console.log(usage)
  requireLibrary()
  const program = fileURLToPath(new URL('connections/program.mjs', import.meta.url))
  const data = { node: process.version, count, ...runInNamespace(program, { count }) }
  conclude({ data, claims: judge(data), print }, { json, check })
}
