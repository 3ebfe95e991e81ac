import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { orderOf } from '../turns.mjs'

// Runs in a network namespace of its own and prints what it measured: the load on CPU 0, all servers on the others.

const { contenders, load, rounds, seconds, workers, inFlight, cpus } = JSON.parse(process.argv[2])
const program = fileURLToPath(new URL('server.mjs', import.meta.url))
const ticksPerSecond = 100

/** The server closes first: its remnants are counted, and the few that are kept do not add up over the rounds. */
writeFileSync('/proc/sys/net/ipv4/tcp_max_tw_buckets', '1024')

/** The CPU time of a process, in seconds. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

async function start({ name, node, way }, index) {
  const port = 4000 + index
  const args = ['-c', `1-${cpus - 1}`, node, program, port, workers, way]
  const child = spawn('taskset', args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [pids] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the servers of ${name} ended with ${code}`)
    }),
  ])
  return { name, child, port, cpu: () => pids.reduce((sum, pid) => sum + cpuOf(pid), 0) }
}

async function measure({ port, cpu }) {
  const before = cpu()
  const { stdout } = await promisify(execFile)(load, [port, inFlight, seconds, 0].map(String))
  const result = JSON.parse(stdout)
  // The servers' time is that of the warm-up too.
  const serverShare = (cpu() - before) / (result.seconds + 0.3)
  return { ...result, rate: result.done / result.seconds, loadShare: result.cpu / result.seconds, serverShare }
}

const servers = []
for (const [index, contender] of contenders.entries()) servers.push(await start(contender, index))
const samples = Object.fromEntries(servers.map(({ name }) => [name, []]))
for (let round = -1; round < rounds; round++) {
  for (const server of orderOf(servers, round + 1)) {
    const result = await measure(server)
    if (round >= 0) samples[server.name].push(result)
  }
}
for (const { child } of servers) child.disconnect()
process.stdout.write(JSON.stringify(samples))
