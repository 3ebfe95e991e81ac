// Runs in the rig, and prints what it measured as JSON: program.mjs '{ "kind", "part", ... }'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sockets } from '../../dist/diag.js'
import { orderOf } from '../turns.mjs'
import { countRight, hostsOf, realCommand } from './hosts.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const sockctl = here('../../bin/sockctl.js')
const { kind, part, ...given } = JSON.parse(process.argv[2])
// The rig's own file system, which is gone with it.
const folder = mkdtempSync('/mnt/outputs-')

function remnants() {
  return sockets({ protocol: 'tcp', state: 'TIME_WAIT', localPort: { low: 512, high: 1023 } }).length
}

/** Runs a client, and gives the time that it took, that of its CPUs, and what it printed. */
function timed([program, ...args], input = '/dev/null') {
  const [out, err, times] = ['out', 'err', 'times'].map((name) => join(folder, name))
  const script = `TIMEFORMAT='%R %U %S'; { time "$@" <${input} >${out} 2>${err}; } 2>${times}`
  const { status } = spawnSync('bash', ['-c', script, 'bash', program, ...args])
  const [seconds, user, system] = readFileSync(times, 'utf8').trim().split(' ').map(Number)
  const [stdout, stderr] = [out, err].map((path) => readFileSync(path, 'utf8'))
  return { seconds, cpu: user + system, status, stdout, stderr }
}

function contendersOf(command, fanouts, count) {
  const list = hostsOf(count).join(',')
  const user = kind === 'real' ? ['-l', 'throwaway'] : []
  const remoteUser = kind === 'real' ? 'throwaway' : undefined
  return fanouts.flatMap((fanout) => [
    { name: 'pdsh', fanout, line: ['pdsh', '-R', 'rsh', ...user, '-f', String(fanout), '-w', list, command] },
    {
      name: 'sockctl rsh',
      fanout,
      line: [process.execPath, sockctl, 'rsh', ...user, '-f', String(fanout), '-w', list, '--', command],
    },
    {
      name: 'multiRsh',
      fanout,
      line: [process.execPath, here('client.mjs'), JSON.stringify({ count, fanout, command, remoteUser })],
    },
  ])
}

/** Every contender in each round, by turns. */
function speed({ rounds, count, fanouts }) {
  const command = kind === 'real' ? realCommand : 'hello'
  const hosts = hostsOf(count)
  const contenders = contendersOf(command, fanouts, count).map((one) => ({ ...one, runs: [] }))
  for (let round = 0; round < rounds; round++) {
    for (const { line, runs } of orderOf(contenders, round)) {
      const { stdout, stderr, ...run } = timed(line)
      runs.push({ ...run, right: countRight({ kind, hosts, command, stdout, stderr }), remnants: remnants() })
    }
  }
  return contenders.map(({ name, fanout, runs }) => ({ name, fanout, runs }))
}

function programOf(name, flags, options) {
  return JSON.parse(
    execFileSync(process.execPath, [...flags, here(name), JSON.stringify(options)], { encoding: 'utf8' }),
  )
}

/** All hosts twice, with an input that ends at once: this side is the first to close. */
function endFirst({ client, count }) {
  const command = 'cat'
  const hosts = hostsOf(count)
  const each = (program) => ['xargs', '-P', '16', '-n', '1', 'sh', '-c', eachScript, program]
  const eachScript = `"$0" "$1" cat </dev/null 2>&1 | sed "s/^/$1: /"`
  const lines = {
    multiRsh: [process.execPath, here('client.mjs'), JSON.stringify({ count, fanout: 32, command, stdin: 'end' })],
    netkit: each(given.peers.netkit),
    redone: each(given.peers.redone),
  }
  const input = join(folder, 'hosts')
  execFileSync('sh', ['-c', `printf '%s\\n' ${hosts.join(' ')} >${input}`])
  const runs = [0, 1].map(() => {
    const { stdout, stderr, seconds } = timed(lines[client], input)
    const lists = new Set(stdout.split('\n'))
    // rsh-redone loses stderr: what came on stdout counts.
    const right = hosts.filter((host) => lists.has(`${host}: out ${host} ${command}`)).length
    return {
      seconds,
      right,
      remnants: remnants(),
      firstComplaint: (stderr + stdout).match(/^.*(in use|rcmd|sockctl|rsh ).*$/m)?.[0],
    }
  })
  return { client, runs }
}

const parts = {
  speed,
  endFirst,
  many: (options) => ({ ...programOf('many.mjs', ['--expose-gc'], options), remnants: remnants() }),
  mixed: (options) => ({ ...programOf('mixed.mjs', [], options), remnants: remnants() }),
}
console.log(JSON.stringify(parts[part](given)))
