// Many hosts at once, whose servers answer only when as many as are wanted are connected; and what that takes.
// many.mjs '{ "count", "fanout", "command" }', with --expose-gc where the garbage is to be collected before each look
import { sockets } from '../../dist/diag.js'
import { multiRsh } from '../../dist/rsh.js'
import { hostsOf } from './hosts.mjs'

const { count, ...options } = JSON.parse(process.argv[2])
const hosts = hostsOf(count)

async function runAll() {
  const answers = []
  for await (const { host, ok, stdout, stderr } of multiRsh(hosts, options)) {
    answers.push({ host, ok, stdout: stdout.toString(), stderr: stderr.toString() })
  }
  return answers
}

/** The two connections of each command that is on its way. */
function liveCommands() {
  const established = sockets({ protocol: 'tcp', state: 'ESTABLISHED', processes: false })
  return established.filter(({ remotePort }) => remotePort === 514).length
}

/** What is resident, with the garbage or without. */
function resident() {
  globalThis.gc?.()
  return process.memoryUsage().rss
}

const before = resident()
const seen = { live: 0, rss: before }
const timer = setInterval(() => {
  const live = liveCommands()
  if (live > seen.live) Object.assign(seen, { live, rss: resident() })
  // What looking costs is no longer counted then.
  if (live >= options.fanout) clearInterval(timer)
}, 20)
const started = performance.now()
const answers = await runAll()
clearInterval(timer)
const seconds = (performance.now() - started) / 1000
const right = answers.filter(({ host, ok, stdout, stderr }) => {
  return ok && stdout === `out ${host} ${options.command}\n` && stderr === `err ${host} ${options.command}\n`
}).length
const perCommand = (seen.rss - before) / seen.live
const highest = process.resourceUsage().maxRSS * 1024
const atMost = (highest - before) / seen.live
console.log(
  JSON.stringify({ right, seconds, live: seen.live, before, resident: seen.rss, perCommand, highest, atMost }),
)
