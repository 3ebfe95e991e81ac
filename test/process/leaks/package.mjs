// One right use and one wrong use of each public function.
import assert from 'node:assert'
import dgram from 'node:dgram'
import { once } from 'node:events'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread, threadId } from 'node:worker_threads'
import * as diag from '../../../dist/diag.js'
import * as handover from '../../../dist/handover.js'
import * as sockctl from '../../../dist/index.js'
import { rshUses } from './rsh.mjs'

/** Listens and connects, and hands both ends to a function; closes them all. */
async function withConnection(use) {
  const server = await sockctl.listen(net.createServer(), { host: '127.0.0.1', options: { TCP_NODELAY: true } })
  const accepting = once(server, 'connection')
  const client = await sockctl.connect({ host: '127.0.0.1', port: server.address().port })
  const [accepted] = await accepting
  await use(client, accepted, server)
  accepted.on('error', () => {}).destroy()
  client.destroy()
  await once(server.close(), 'close')
}

/** One right use and one wrong use of each function of the package, which have to be refused. */
export const uses = {
  abort: [() => withConnection((client) => sockctl.abort(client)), () => sockctl.abort(new net.Socket())],
  BareSocket: [() => new sockctl.BareSocket('ipv4').close(), () => new sockctl.BareSocket('unix', 'stream', 'tcp')],
  closeAfterPeer: [
    () => withConnection((client, accepted) => endAndWait(accepted, sockctl.closeAfterPeer(client))),
    () => sockctl.closeAfterPeer(new net.Socket()),
  ],
  giveUpAfter: [
    () => withConnection((client) => sockctl.giveUpAfter(client, 5000)),
    () => sockctl.giveUpAfter(net.createServer(), 5000),
  ],
  ServerConnections: [
    () => new sockctl.ServerConnections(net.createServer()).closeAfterPeers(),
    () => new sockctl.ServerConnections({}),
  ],
  bindReservedPort: [() => withBare(tryReservedPort), () => sockctl.bindReservedPort({ fd: -1 })],
  connect: [() => withConnection(() => {}), () => sockctl.connect({ host: '127.0.0.1', port: 1 })],
  getOption: [() => withBare((bare) => sockctl.getOption(bare, 'SO_LINGER')), () => sockctl.getOption(-1, 'SO_LINGER')],
  getRawOption: [() => withBare((bare) => sockctl.getRawOption(bare, 1, 2)), () => sockctl.getRawOption(-1, 1, 2)],
  listen: [() => withConnection(() => {}), () => sockctl.listen(net.createServer(), { host: '192.0.2.1' })],
  setOption: [
    () => withBare((bare) => sockctl.setOption(bare, 'SO_LINGER', { on: true, seconds: 0 })),
    () => withBare((bare) => sockctl.setOption(bare, 'SO_LINGER', 1)),
  ],
  setOptions: [
    () => withBare((bare) => sockctl.setOptions(bare, { SO_REUSEADDR: true, SO_RCVBUF: 65536 })),
    () => withBare((bare) => sockctl.setOptions(bare, { SO_RCVBUF: -1 })),
  ],
  setRawOption: [
    () => withBare((bare) => sockctl.setRawOption(bare, 1, 2, Buffer.alloc(4))),
    () => sockctl.setRawOption(-1, 1, 2, 1),
  ],
  bindDatagram: [
    async () => (await sockctl.bindDatagram(dgram.createSocket('udp4'), { address: '127.0.0.1' })).close(),
    () => sockctl.bindDatagram(dgram.createSocket('udp4'), { address: '192.0.2.1' }),
  ],
  connectionBudget: [
    () => diag.connectionBudget({ remoteAddress: '127.0.0.1', remotePort: 1 }),
    () => diag.connectionBudget({ durationMs: -1 }),
  ],
  connectionFactory: [() => sockctl.connectionFactory(), () => sockctl.connectionFactory({ localPort: 'none' })],
  drain: [
    async () => sockctl.drain(await sockctl.listen(net.createServer(), { host: '127.0.0.1', reusePort: true })),
    () => sockctl.drain(net.createServer()),
  ],
  explainAddressInUse: [() => diag.explainAddressInUse({ port: 1 }), () => diag.explainAddressInUse({ port: -1 })],
  sendSockets: [
    () => withChannel(passSockets),
    () => withChannel((one) => handover.sendSockets(one, {}, { allow: () => false })),
  ],
  receiveSockets: [
    () => withChannel(passSockets),
    () => withChannel((one, other) => other.end('babble\n') && handover.receiveSockets(one)),
  ],
  takeover: [takeOver, () => handover.takeover('/proc/none', {})],
  openProcessSocket: [
    () => withBare((bare) => diag.openProcessSocket(process.pid, bare.fd).close()),
    () => diag.openProcessSocket(process.pid, 1e9),
  ],
  sockets: [() => diag.sockets({ processes: true }), () => diag.sockets({ localPort: -1 })],
  ...rshUses,
  tcpInfo: [() => withConnection((client) => diag.tcpInfo(client)), () => diag.tcpInfo(-1)],
}

/** Connects two Unix sockets and hands them to a function; closes them. */
async function withChannel(use) {
  const path = pathFor('channel')
  const server = await sockctl.listen(net.createServer(), { path })
  const accepting = once(server, 'connection')
  const client = net.connect(path)
  const [accepted] = await accepting
  for (const socket of [client, accepted]) socket.on('error', () => {})
  try {
    await use(client, accepted)
  } finally {
    accepted.destroy()
    client.destroy()
    await once(server.close(), 'close')
  }
}

async function passSockets(one, other) {
  const bare = new sockctl.BareSocket('ipv4')
  bare.listen(1, { address: '127.0.0.1', port: 0 })
  const [received] = await Promise.all([handover.receiveSockets(one), handover.sendSockets(other, { bare })])
  bare.close()
  received.get('bare').close()
}

/** Starts servers, and has others take over from them. */
async function takeOver() {
  const path = pathFor('takeover')
  const servers = () => ({ web: { server: net.createServer(), listen: { host: '127.0.0.1' } } })
  const old = await handover.takeover(path, servers())
  const next = servers()
  const running = await handover.takeover(path, next)
  await Promise.all([old.left, running.predecessor])
  running.close()
  await once(next.web.server.close(), 'close')
}

let paths = 0

function pathFor(what) {
  return join(tmpdir(), `sockctl-leaks-${process.pid}-${isMainThread}-${what}-${threadId}-${paths++}`)
}

function endAndWait(peer, report) {
  peer.resume().end()
  return report
}

function withBare(use) {
  const bare = new sockctl.BareSocket('ipv4')
  try {
    use(bare)
  } finally {
    bare.close()
  }
}

function tryReservedPort(bare) {
  try {
    sockctl.bindReservedPort(bare)
  } catch (error) {
    assert.strictEqual(error.code, 'EACCES')
  }
}

/** Functions that start processes of their own, and are tested there. */
export const elsewhere = ['bindConflicts']

/** Functions that come down to options or to sockets(), and whose own tests count descriptors where they open any. */
export const covered = [
  ...['addAoKey', 'attachFilter', 'attachReuseportProgram', 'blockSource', 'detachFilter', 'detachReuseportProgram'],
  ...['dropSyns', 'enableTimestamps', 'getFilter', 'getSourceFilter', 'joinGroup', 'leaveGroup', 'originalDestination'],
  ...['peerCredentials', 'peerProcess', 'removeAoKey', 'removeMd5Key', 'setMd5Key', 'setSourceFilter', 'steerTo'],
  ...['unblockSource', 'auditListeners', 'destroySocket', 'diagSupport', 'mptcpInfo', 'mptcpSubflows'],
  ...['activatedSockets', 'ReceivedSocket'],
]

export async function usePackage() {
  for (const [name, [right, wrong]] of Object.entries(uses)) {
    await right()
    await assert.rejects(async () => wrong(), `${name} took what it has to refuse`)
  }
}
