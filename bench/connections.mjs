import { fileURLToPath } from 'node:url'
import { parseArguments } from './arguments.mjs'
import { conclude } from './claims.mjs'
import { runInNamespace } from './namespace.mjs'
import { requireLibrary } from './setup.mjs'

const usage = `npm run bench -- connections [--count 100000] [--stock 20000] [--json] [--check]
  --count  how many connections of sockctl are held at once
  --stock  how many of net are; its bind() walks the ports, so that many more take minutes
  --json   print the data instead of the report
  --check  exit with 1 when a claim does not hold`

const kibibytes = (bytes, connections) => (bytes / connections / 1024).toFixed(2)

/** What a connection takes in a process, beside what the kernel keeps. */
function perConnection({ connections, rss, heapUsed }) {
  return `${kibibytes(rss, connections)} KiB resident, ${kibibytes(heapUsed, connections)} KiB on the heap each`
}

function printResult({ way, count, processes, established, seconds, client, server, answered }) {
  console.log(`\n${way}: ${count} connections, ${processes} processes on each side, ${processes} source addresses`)
  console.log(`  ${established} held after ${seconds.toFixed(1)} s; the server answered on ${answered} that were asked`)
  console.log(`  client ${perConnection(client)}`)
  console.log(`  server ${perConnection(server)}`)
}

function print({ node, files, limits, results }) {
  console.log(`Node ${node}; a process may have ${files} files open, so the connections are split over processes.`)
  for (const [name, value] of Object.entries(limits)) console.log(`  ${name} ${value.replace('\t', ' to ')}`)
  for (const result of results) printResult(result)
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
  const { help, json, check, ...how } = parseArguments(args, { count: 100_000, stock: 20_000 })
  if (help) return console.log(usage)
  requireLibrary()
  const program = fileURLToPath(new URL('connections/program.mjs', import.meta.url))
  const data = { node: process.version, ...how, ...runInNamespace(program, how) }
  conclude({ data, claims: judge(data), print }, { json, check })
}
