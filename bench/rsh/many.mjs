// Many hosts at once, whose servers answer only when as many as are wanted are connected; and what that takes.
// many.mjs '{ "count", "fanout", "command" }', with --expose-gc
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

globalThis.gc()
const before = process.memoryUsage().rss
const samples = []
const timer = setInterval(() => samples.push({ live: liveCommands(), rss: process.memoryUsage().rss }), 50)
const started = performance.now()
const answers = await runAll()
clearInterval(timer)
const seconds = (performance.now() - started) / 1000
const most = samples.reduce((one, other) => (other.live > one.live ? other : one))
const right = answers.filter(({ host, ok, stdout, stderr }) => {
  return ok && stdout === `out ${host} ${options.command}\n` && stderr === `err ${host} ${options.command}\n`
}).length
const peak = Math.max(...samples.map(({ rss }) => rss))
console.log(JSON.stringify({ right, seconds, live: most.live, before, peak, perCommand: (peak - before) / most.live }))
