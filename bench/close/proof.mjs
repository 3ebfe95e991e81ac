// Ends connections in every way, with their ends in two network namespaces, and compares each report of closeAfterPeer()
// with what sock_diag tells at both ends: node bench/close/proof.mjs '{"rounds":100}'. Prints JSON.
import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { sockets } from '../../dist/diag.js'
import { closeAfterPeer } from '../../dist/index.js'
import { Cable } from './cable.mjs'
import { cutKinds, kinds } from './kinds.mjs'

const { rounds } = JSON.parse(process.argv[2])
const cable = new Cable()
/** Who waits for a connection, by its port at the other end. */
const accepting = new Map()
const server = net
  .createServer({ allowHalfOpen: true }, (socket) => accepting.get(socket.remotePort)(socket))
  .listen(0, '::')
await once(server, 'listening')
const { port } = server.address()
const mayFollow = ['FIN_WAIT_1', 'FIN_WAIT_2', 'CLOSING', 'TIME_WAIT']

/** States of sockets that are no connection: our listener, and a peer's that has none any more and is still open. */
const apart = ['LISTEN', 'BOUND']
const stateOf = (filter) => sockets({ protocol: 'tcp', ...filter }).find(({ state }) => !apart.includes(state))?.state
const ourState = (remotePort) => stateOf({ localPort: port, remotePort })
const peerState = (localPort) => cable.there(() => stateOf({ localPort }))

async function connection(round) {
  const peer = cable.dial(round % 2 === 0 ? 'ipv4' : 'ipv6', port)
  const number = peer.address().port
  const socket = await new Promise((resolve) => accepting.set(number, resolve))
  socket.on('error', () => {})
  return { peer, socket, number }
}

/** What is wrong with a report, as sock_diag sees it. */
function judge(kind, report, truth) {
  const wrong = []
  const state = truth.ours ?? 'CLOSED'
  if (report.state !== state && !(kind.isMended && mayFollow.includes(state))) wrong.push(`state is ${state}`)
  const expected = { held: ['TIME_WAIT'], possible: mayFollow }[report.timeWait]
  if (expected ? !expected.includes(state) : mayFollow.includes(state)) wrong.push(`timeWait, in ${state}`)
  if (!kind.first.includes(report.closedFirst)) wrong.push('closedFirst')
  if (report.resetBy !== kind.resetBy) wrong.push('resetBy')
  const isActive = report.closedFirst === 'us' || report.closedFirst === 'both'
  if (isActive !== mayFollow.includes(state)) wrong.push(`closedFirst, in ${state}`)
  const implied = { 'time-wait': truth.peer === 'TIME_WAIT', none: truth.peer !== 'TIME_WAIT' }[report.peer] ?? true
  return { ours: wrong, peer: implied ? [] : [`peer is ${truth.peer}`] }
}

const results = []

function note(name, kind, { number, report }) {
  const truth = { ours: ourState(number), peer: peerState(number) }
  const result = { name, number, report, truth, wrong: judge(kind, report, truth) }
  results.push(result)
  return result
}

async function one(name, kind, round) {
  const made = await connection(round)
  kind.prepare?.(made.socket, made.peer)
  const closing = closeAfterPeer(made.socket, kind.options)
  const wait = typeof kind.delay === 'function' ? kind.delay(round) : kind.delay
  if (wait) await delay(wait)
  // However busy the machine is, our FIN is out by then.
  while (kind.isAfterUs && ourState(made.number) === 'ESTABLISHED') await delay(2)
  kind.act(made.peer)
  note(name, kind, { ...made, report: await closing })
  made.peer.close()
}

/** As many connections at once as there are rounds, since the cable is cut for all. */
async function whileCut(name, kind) {
  const all = []
  for (let round = 0; round < rounds; round++) all.push(await connection(round))
  cable.cut()
  for (const { peer } of all) kind.act(peer)
  const reports = all.map(async (made) =>
    note(name, kind, { ...made, report: await closeAfterPeer(made.socket, kind.options) }),
  )
  if (kind.isMended) await delay(100).then(() => cable.mend())
  await Promise.all(reports)
  if (!kind.isMended) cable.mend()
  for (const { peer } of all) peer.close()
}

for (let round = 0; round < rounds; round++) {
  await Promise.all(Object.entries(kinds).map(([name, kind]) => one(name, kind, round)))
}
for (const [name, kind] of Object.entries(cutKinds)) await whileCut(name, kind)

// What is said to leave nothing must not do so later either, now that all peers have closed.
await delay(1500)
for (const { number, report, wrong } of results) {
  if (report.timeWait === 'none' && ourState(number) === 'TIME_WAIT') wrong.ours.push('TIME_WAIT later')
  if (report.peer === 'none' && peerState(number) === 'TIME_WAIT') wrong.peer.push('TIME_WAIT later')
}
server.close()
cable.remove()
// A pipe takes it in pieces.
process.stdout.write(JSON.stringify(results), () => process.exit())
