import { parseArguments } from './arguments.mjs'
import { burst, openOnce, startServer } from './budget/burst.mjs'
import { enterSmallNetwork, range } from './budget/network.mjs'
import { requireLibrary } from './setup.mjs'

const usage = `npm run bench -- abort [--seconds 60] [--json] [--check]
  --seconds  how long to go on past the point where a client that closes has no port left
  --check    exit with 1 when the client that aborts fails, or the one that closes does not
It takes root, for networks of its own.`

/** Opens connections without rest for so long, by a client that aborts; gives how many, and how many failed. */
async function goOn(target, seconds) {
  const counts = { opened: 0, failed: 0 }
  const end = performance.now() + 1000 * seconds
  while (performance.now() < end) {
    if (await openOnce(target, 'abort')) counts.opened++
    else counts.failed++
  }
  return counts
}

/** A client that closes, until it has no port left, in a network of its own, and one that aborts, in another. */
async function measure(seconds) {
  const target = { host: '127.0.0.1', port: 20_000 }
  enterSmallNetwork()
  const first = await startServer(target.port)
  const start = performance.now()
  const closing = await burst(target, 'we-first', 10_000)
  const closingMs = performance.now() - start
  first.close()
  enterSmallNetwork()
  await startServer(target.port)
  const upTo = await burst(target, 'abort', closing)
  const past = await goOn(target, seconds)
  return { ports: range.high - range.low + 1, closing, closingMs, aborting: upTo + past.opened, failed: past.failed }
}

/**
 * The benchmark `abort`.
 *
 * @param {string[]} args the command line
 */
export async function run(args) {
  const { help, check, json, seconds } = parseArguments(args, { seconds: 60 })
  if (help) return console.log(usage)
  requireLibrary()
  const found = await measure(seconds)
  if (json) console.log(JSON.stringify(found, null, 2))
  else {
    const { ports, closing, closingMs, aborting, failed } = found
    console.log(`${ports} ports to one destination, tcp_tw_reuse 0`)
    console.log(`end():   ${closing} connections in ${closingMs.toFixed(0)} ms, then EADDRNOTAVAIL`)
    console.log(`abort(): ${aborting} connections, ${seconds} s past that point; ${failed} failed`)
  }
  if (check && (found.failed > 0 || found.closing !== found.ports)) process.exitCode = 1
  process.exit()
}
