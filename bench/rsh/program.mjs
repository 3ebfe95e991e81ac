// Runs in the rig, and prints what it measured as JSON: program.mjs '{ "kind", "part", ... }'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sockets } from '../../dist/diag.js'
import { orderOf } from '../turns.mjs'
import { countRight, hostsOf, namesOf, realCommand } from './hosts.mjs'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const sockctl = here('../../bin/sockctl.js')
const { kind, part, ...how } = JSON.parse(process.argv[2])
// The rig's own file system, which is gone with it.
const folder = mkdtempSync('/mnt/outputs-')

function remnantCookies() {
  const entries = sockets({ protocol: 'tcp', state: 'TIME_WAIT', localPort: { low: 512, high: 1023 } })
  return new Set(entries.map(({ cookie }) => cookie))
}

/** How many reserved ports are in TIME_WAIT, whoever left them. */
function remnants() {
  return remnantCookies().size
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

/** Gives the hosts names, in a hosts file that the clients alone have. */
function nameHosts(count) {
  const names = namesOf(count)
  const lines = hostsOf(count).map((address, index) => `${address} ${names[index]}\n`)
  writeFileSync('/mnt/names', `127.0.0.1 localhost\n${lines.join('')}`)
  execFileSync('mount', ['--bind', '/mnt/names', '/etc/hosts'])
}

/** Who sends a command to hosts that are given by address or by name, at a fan-out. */
function clientsOf({ command, by, given, fanout }) {
  const user = kind === 'real' ? ['-l', 'throwaway'] : []
  const remoteUser = kind === 'real' ? 'throwaway' : undefined
  const list = ['-f', String(fanout), '-w', given.join(',')]
  const options = { count: given.length, by, fanout, command, remoteUser }
  const lines = {
    pdsh: ['pdsh', '-R', 'rsh', ...user, ...list, command],
    'sockctl rsh': [process.execPath, sockctl, 'rsh', ...user, ...list, '--', command],
    multiRsh: [process.execPath, here('client.mjs'), JSON.stringify(options)],
  }
  return Object.entries(lines).map(([name, line]) => ({ name, by, given, fanout, command, line, runs: [] }))
}

/** clush starts netkit's rsh for each host, without a user's name, and has the shell there tell how the command exited. */
function clushOf({ command, given, peers }) {
  const user = kind === 'real' ? '-l throwaway' : ''
  writeFileSync(join(folder, 'rsh'), `#!/bin/sh\nexec ${peers.netkit} ${user} "$@"\n`, { mode: 0o755 })
  const path = `PATH=${folder}:${process.env.PATH}`
  const line = ['env', path, 'clush', '-R', 'rsh', '-n', '-f', '64', '-w', given.join(','), command]
  const asked = kind === 'plain' ? `${command} ; echo XXRETCODE: $?` : command
  return { name: 'clush', by: 'address', given, fanout: 64, command: asked, line, runs: [] }
}

function contendersOf({ count, fanouts, peers }) {
  const command = kind === 'real' ? realCommand : 'hello'
  const given = { address: hostsOf(count), name: namesOf(count) }
  const own = Object.keys(given).flatMap((by) =>
    fanouts.flatMap((fanout) => clientsOf({ command, by, given: given[by], fanout })),
  )
  return [...own, clushOf({ command, given: given.address, peers })]
}

/** Every contender in each round, by turns. */
function speed({ rounds, ...how }) {
  nameHosts(how.count)
  const contenders = contendersOf(how)
  for (let round = 0; round < rounds; round++) {
    for (const { line, given, command, runs } of orderOf(contenders, round)) {
      const before = remnantCookies()
      const { stdout, stderr, ...run } = timed(line)
      // Those of a client that ran before stay for a minute.
      const left = [...remnantCookies()].filter((cookie) => !before.has(cookie)).length
      runs.push({ ...run, right: countRight({ kind, given, command, stdout, stderr }), remnants: left })
    }
  }
  return contenders.map(({ name, by, fanout, runs }) => ({ name, by, fanout, runs }))
}

function programOf(name, flags, options) {
  return JSON.parse(
    execFileSync(process.execPath, [...flags, here(name), JSON.stringify(options)], { encoding: 'utf8' }),
  )
}

/** All hosts twice, with an input that ends at once: this side is the first to close. */
function endFirst({ client, count, command, peers }) {
  const hosts = hostsOf(count)
  const each = (program) => ['xargs', '-P', '16', '-n', '1', 'sh', '-c', eachScript, program]
  const eachScript = `"$0" "$1" ${command} </dev/null 2>&1 | sed "s/^/$1: /"`
  const lines = {
    multiRsh: [process.execPath, here('client.mjs'), JSON.stringify({ count, fanout: 32, command, stdin: 'end' })],
    netkit: each(peers.netkit),
    redone: each(peers.redone),
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
  return { client, command, runs }
}

const parts = {
  speed,
  endFirst,
  many: ({ collects, ...options }) => ({
    ...programOf('many.mjs', collects ? ['--expose-gc'] : [], options),
    remnants: remnants(),
  }),
  mixed: (options) => ({ ...programOf('mixed.mjs', [], options), remnants: remnants() }),
}
console.log(JSON.stringify(parts[part](how)))
