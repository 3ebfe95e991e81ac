import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArguments } from './arguments.mjs'
import { atMost, conclude } from './claims.mjs'
import { printMany, printRuns, printSpeed } from './rsh/report.mjs'
import { runInRig } from './rsh/rig.mjs'
import { requireLibrary } from './setup.mjs'
import { ratio } from './statistics.mjs'

const usage = `npm run bench -- rsh [--count 1500] [--rounds 5] [--fanout 128] [--many 5000] [--json] [--check]
  --count   how many hosts, on six servers
  --rounds  how often each client runs by turns
  --fanout  the other fan-out beside 32
  --many    how many hosts at a fan-out of 1,000
  --json    print the data instead of the report
  --check   exit with 1 when a claim does not hold
It takes root, and installs Debian's packages where they lack: clustershell, openbsd-inetd, pdsh, rsh-redone-server.`

const folder = fileURLToPath(new URL('build/rsh-peers', import.meta.url))
const peers = { netkit: `${folder}/usr/bin/netkit-rsh`, redone: `${folder}/usr/bin/rsh-redone-rsh` }

function requirePeers() {
  const programs = [peers.netkit, '/usr/bin/clush', '/usr/bin/pdsh', '/usr/sbin/inetd']
  if (programs.every((path) => existsSync(path))) return
  const script = fileURLToPath(new URL('rsh/peers.sh', import.meta.url))
  const { status } = spawnSync('sh', [script, folder], { stdio: ['ignore', 2, 2] })
  if (status !== 0) throw new Error('the peers could not be installed')
}

const secondsOf = ({ runs }) => runs.map(({ seconds }) => seconds)

/** Round by round, the fastest of pdsh's fan-outs. */
function bestOf(contenders) {
  const all = contenders.filter(({ name }) => name === 'pdsh').map(secondsOf)
  return all[0].map((_, round) => Math.min(...all.map((seconds) => seconds[round])))
}

/** What is claimed of the time, where hosts are given by address or by name. */
function timeClaims(kind, by, contenders, fanout) {
  const find = (name, wanted) => contenders.find((one) => one.name === name && one.fanout === wanted)
  const claims = ['sockctl rsh', 'multiRsh'].map((name) => {
    const measured = ratio(secondsOf(find(name, 32)), secondsOf(find('pdsh', 32)))
    return atMost(`${kind}, by ${by}: ${name} / pdsh at 32`, measured, 1)
  })
  if (kind === 'real') return claims
  const measured = ratio(secondsOf(find('multiRsh', fanout)), bestOf(contenders))
  return [...claims, atMost(`plain, by ${by}: multiRsh at ${fanout} / the best of pdsh`, measured, 0.9)]
}

function equals(title, got, wanted) {
  return { title, got, wanted, holds: got === wanted, text: `${title} ${got}, wanted ${wanted}` }
}

function speedClaims(kind, contenders, { fanout, count }) {
  const own = contenders.filter(({ name }) => name === 'sockctl rsh' || name === 'multiRsh')
  const runs = own.flatMap((one) => one.runs)
  const claims = ['address', 'name'].flatMap((by) => {
    const alike = contenders.filter((one) => one.by === by)
    return timeClaims(kind, by, alike, fanout)
  })
  const least = Math.min(...runs.map(({ right }) => right))
  const remnants = Math.max(...runs.map((run) => run.remnants))
  return [...claims, equals(`${kind}: least right`, least, count), equals(`${kind}: remnants`, remnants, 0)]
}

/** A command has two connections, the second one for standard error. */
function memoryClaim(title, perCommand) {
  const kibibytes = Math.round(perCommand / 2 / 1024)
  const text = `many: ${title} ${kibibytes} KiB a connection, wanted <= 60`
  return { title: `memory ${title}`, kibibytes, most: 60, holds: kibibytes <= 60, text }
}

function judge({ speed, many, endFirst, mixed, how }) {
  const own = endFirst.find(({ client }) => client === 'multiRsh')
  return [
    ...Object.entries(speed).flatMap(([kind, contenders]) => speedClaims(kind, contenders, how)),
    equals('many: right', many.right, how.many),
    memoryClaim('while held', many.perCommand),
    memoryClaim('at the highest', many.atMost),
    equals('input ended first: right', own.runs[0].right + own.runs[1].right, 2 * how.count),
    equals('ten commands at once: right', mixed.right, 1000),
  ]
}

function print({ node, speed, many, collected, endFirst, mixed }) {
  console.log(`Node ${node}; six server namespaces, which keep no remnants of TIME_WAIT; names from a hosts file.`)
  for (const [kind, contenders] of Object.entries(speed)) printSpeed(kind, contenders)
  printMany(many, collected, mixed)
  for (const client of endFirst) printRuns(client)
}

/**
 * The benchmark `rsh`.
 *
 * @param {string[]} args the command line
 */
export function run(args) {
  const own = { count: 1500, rounds: 5, fanout: 128, many: 5000 }
  const { help, json, check, ...how } = parseArguments(args, own)
  if (help) return console.log(usage)
  requireLibrary()
  requirePeers()
  const { count, rounds, fanout } = how
  const speed = (kind) => runInRig(kind, { part: 'speed', count, rounds, fanouts: [32, fanout], peers })
  const endFirst = (client, command) => runInRig('plain', { part: 'endFirst', client, command, count, peers })
  const many = { part: 'many', count: how.many, fanout: 1000, command: 'hold' }
  const data = {
    node: process.version,
    how,
    speed: { plain: speed('plain'), real: speed('real') },
    many: runInRig('plain', many),
    collected: runInRig('plain', { ...many, collects: true }),
    mixed: runInRig('plain', { part: 'mixed', count: 100, commands: 10 }),
    // One that waits for the end of its input, and for the two that stop there one that does not.
    endFirst: [
      ...['multiRsh', 'netkit', 'redone'].map((client) => endFirst(client, 'cat')),
      ...['netkit', 'redone'].map((client) => endFirst(client, 'hello')),
    ],
  }
  conclude({ data, claims: judge(data), print }, { json, check })
}
