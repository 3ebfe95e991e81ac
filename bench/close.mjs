import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parseArguments } from './arguments.mjs'
import { conclude } from './claims.mjs'

const usage = `npm run bench -- close [--rounds 80] [--aborts 1000] [--json] [--check]
  --rounds  how many connections end in each of the ways
  --aborts  how many connections of net and of tls are aborted
  --json    print every report, and what sock_diag told, instead of the table
  --check   exit with 1 when a report was wrong
It takes root, for two networks of its own.`

/** Runs a program in a process of its own, and gives the JSON that it prints. */
async function outcomeOf(name, argument) {
  const program = fileURLToPath(new URL(`close/${name}.mjs`, import.meta.url))
  const child = promisify(execFile)(process.execPath, [program, JSON.stringify(argument)], { maxBuffer: 2 ** 26 })
  const { stdout } = await child.catch(({ stderr, message }) => {
    throw new Error(stderr || message)
  })
  return JSON.parse(stdout)
}

function countBy(items, textOf) {
  const counts = new Map()
  for (const item of items) counts.set(textOf(item), (counts.get(textOf(item)) ?? 0) + 1)
  return [...counts].map(([text, count]) => `${count} x ${text}`)
}

function outcome({ report: { closedFirst, resetBy, state, timeWait, peer }, truth }) {
  const how = resetBy ? `reset by ${resetBy}` : `first ${closedFirst}`
  return `${how}, ${state}, timeWait ${timeWait}, peer ${peer} (truth: ${truth.ours ?? 'none'}, ${truth.peer ?? 'none'})`
}

function print({ results }) {
  for (const [name, ones] of grouped(results)) {
    console.log(`the peer ${name}: ${ones.length}`)
    for (const line of countBy(ones, outcome)) console.log(`  ${line}`)
    for (const line of countBy(ones, ({ wrong }) => [...wrong.ours, ...wrong.peer].join(', '))) {
      if (!line.endsWith(' x ')) console.log(`  WRONG: ${line}`)
    }
  }
}

function grouped(results) {
  const groups = new Map()
  for (const result of results) groups.set(result.name, [...(groups.get(result.name) ?? []), result])
  return groups
}

/** The claims: our own side is right each time, and the peer's never wrong. */
function judge(results) {
  const right = results.filter(({ wrong }) => wrong.ours.length === 0).length
  const misled = results.filter(({ wrong }) => wrong.peer.length > 0).length
  const told = results.filter(({ report }) => report.peer !== 'unknown').length
  const all = results.length
  return [
    { text: `our side was told rightly in ${right} of ${all} closes`, holds: right === all },
    { text: `what was implied of the peer, in ${told} of them, was wrong in ${misled}`, holds: misled === 0 },
  ]
}

/** The claims: an abort leaves nothing on either side. */
function judgeAborts(reset) {
  return Object.entries(reset).map(([name, { aborted, left }]) => ({
    text: `${aborted} aborts of ${name} left ${left.length} sockets or remnants on either side`,
    holds: left.length === 0,
  }))
}

/**
 * The benchmark `close`.
 *
 * @param {string[]} args the command line
 */
export async function run(args) {
  const { help, json, check, rounds, aborts } = parseArguments(args, { rounds: 80, aborts: 1000 })
  if (help) return console.log(usage)
  const results = await outcomeOf('proof', { rounds })
  const reset = await outcomeOf('aborts', { count: aborts })
  const claims = [...judge(results), ...judgeAborts(reset)]
  conclude({ data: { node: process.version, rounds, results, reset }, claims, print }, { json, check })
}
