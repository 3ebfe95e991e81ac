// Uses every export of the addon and of the package over and over, rightly and wrongly, in workers too. It shows a leak
// only where something watches: LeakSanitizer for memory (npm run test:leaks), and its own count for descriptors.
import assert from 'node:assert'
import dgram from 'node:dgram'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread, parentPort, threadId, Worker } from 'node:worker_threads'
import * as diag from '../../dist/diag.js'
import * as handover from '../../dist/handover.js'
import * as sockctl from '../../dist/index.js'
import { native } from '../../dist/native.js'
import * as rsh from '../../dist/rsh.js'
import { rshUses } from './leaks/rsh.mjs'

const rounds = 200
const unix = 1
const inet = 2
const datagram = 2
const stream = 1
const solSocket = 1
const soReuseAddr = 2
const loopback = new Uint8Array([inet, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
const bytes = new Uint8Array(128)

/** Makes a socket, uses it and closes it; gives what the use returned. */
function withFd(use) {
  const fd = native.socket(inet, stream, 0)
  assert(fd >= 0)
  const result = use(fd)
  native.close(fd)
  return result
}

function closeOwned(fd) {
  if (fd >= 0) native.close(fd)
}

/** Sends two descriptors to a datagram socket, and hands that to a function. */
function withLetter(use) {
  const [sender, receiver] = [native.socket(unix, datagram, 0), native.socket(unix, datagram, 0)]
  const address = new Uint8Array(Buffer.from(`\x01\x00\x00sockctl-leaks-${process.pid}-${receiver}-${isMainThread}`))
  native.bind(receiver, address)
  native.connect(sender, address)
  const sent = native.sendDescriptors(sender, bytes, new Uint8Array(Int32Array.of(sender, sender).buffer))
  const result = sent < 0 ? sent : use(receiver)
  native.close(sender)
  native.close(receiver)
  return result
}

/** One right use of each native function. What it returns has to be no errno, unless the system may refuse. */
const nativeUses = {
  memory: () => native.memory().length,
  socket: () => withFd((fd) => fd),
  bind: () => withFd((fd) => native.bind(fd, loopback)),
  connect: () => withFd((fd) => native.connect(fd, loopback) && 0),
  listen: () => withFd((fd) => native.listen(fd, 1, loopback)),
  getsockname: () => withFd((fd) => native.getsockname(fd, bytes)),
  getpeername: () => withFd((fd) => native.getpeername(fd, bytes) && 0),
  shutdown: () => withFd((fd) => native.shutdown(fd, 2) && 0),
  close: () => native.close(native.socket(inet, stream, 0)),
  own: () => {
    const fd = native.socket(inet, stream, 0)
    native.release(fd)
    native.own(fd)
    return native.close(fd)
  },
  release: () => {
    const fd = native.socket(inet, stream, 0)
    const socket = new net.Socket({ fd })
    const result = native.release(fd)
    socket.destroy()
    return result
  },
  dup: () => withFd((fd) => native.close(native.dup(fd))),
  getInt: () => withFd((fd) => native.getInt(fd, solSocket, soReuseAddr)),
  setInt: () => withFd((fd) => native.setInt(fd, solSocket, soReuseAddr, 1)),
  getsockopt: () => withFd((fd) => native.getsockopt(fd, solSocket, soReuseAddr, bytes)),
  setsockopt: () => withFd((fd) => native.setsockopt(fd, solSocket, soReuseAddr, new Uint8Array(4))),
  setProgram: () => withFd((fd) => native.setProgram(fd, solSocket, 26, program) && 0),
  send: () => withFd((fd) => native.send(fd, bytes) && 0),
  receive: () => withFd((fd) => native.receive(fd, bytes) && 0),
  processSockets: () => native.processSockets(process.pid, new Uint8Array(4096)),
  openProcess: () => closeOwned(native.openProcess(process.pid)),
  getProcessDescriptor: () => {
    const opened = native.openProcess(process.pid)
    closeOwned(native.getProcessDescriptor(opened, 0))
    return native.close(opened)
  },
  sendDescriptors: () => withLetter(() => 0),
  receiveDescriptors: () =>
    withLetter((receiver) => {
      const fds = new Int32Array(8)
      const length = native.receiveDescriptors(receiver, bytes, new Uint8Array(fds.buffer))
      for (const fd of fds.subarray(0, native.memory()[0])) closeOwned(fd)
      return length
    }),
  replace: () => withFd((fd) => withFd((other) => native.replace(fd, other))),
  interfaceIndex: () => native.interfaceIndex(Buffer.from('lo')),
  interfaceName: () => native.interfaceName(1, bytes),
  networkNamespace: () => native.close(native.networkNamespace()),
  createNetworkNamespace: () => closeOwned(native.createNetworkNamespace()),
  setNetworkNamespace: () => {
    const fd = native.networkNamespace()
    native.setNetworkNamespace(fd)
    return native.close(fd)
  },
}

/** One instruction of classic BPF, which lets everything pass. */
const program = Uint8Array.of(6, 0, 0, 0, 255, 255, 255, 255)

const notNumbers = [0.5, Number.NaN, {}, null]
const closedFd = [[-1], [-1, 1, 1, 1], [-1, loopback], [-1, 1, loopback], [-1, 1, 1, bytes]]
const wrongArguments = [[], ['x'], [loopback], [1e10, 1, 1, 1], notNumbers, ...closedFd]

function useNative() {
  for (const [name, use] of Object.entries(nativeUses)) {
    assert(!(use() < 0), `native.${name}`)
    for (const values of wrongArguments) {
      try {
        closeOwned(native[name](...values))
      } catch (error) {
        assert.strictEqual(error.code, 'ERR_INVALID_ARG_TYPE', `native.${name}`)
      }
    }
  }
}

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
const uses = {
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
const elsewhere = ['bindConflicts']

/** Functions that come down to options or to sockets(), and whose own tests count descriptors where they open any. */
const covered = [
  ...['addAoKey', 'attachFilter', 'attachReuseportProgram', 'blockSource', 'detachFilter', 'detachReuseportProgram'],
  ...['dropSyns', 'enableTimestamps', 'getFilter', 'getSourceFilter', 'joinGroup', 'leaveGroup', 'originalDestination'],
  ...['peerCredentials', 'peerProcess', 'removeAoKey', 'removeMd5Key', 'setMd5Key', 'setSourceFilter', 'steerTo'],
  ...['unblockSource', 'auditListeners', 'destroySocket', 'diagSupport', 'mptcpInfo', 'mptcpSubflows'],
  ...['activatedSockets', 'ReceivedSocket'],
]

async function usePackage() {
  for (const [name, [right, wrong]] of Object.entries(uses)) {
    await right()
    await assert.rejects(async () => wrong(), `${name} took what it has to refuse`)
  }
}

function assertComplete() {
  const functions = Object.entries({ ...sockctl, ...diag, ...handover, ...rsh }).filter(
    ([, value]) => typeof value === 'function',
  )
  const names = functions.map(([name]) => name)
  assert.deepStrictEqual(Object.keys(nativeUses).sort(), Object.keys(native).sort())
  assert.deepStrictEqual([...Object.keys(uses), ...elsewhere, ...covered].sort(), names.sort())
}

/** Runs a worker that leaves descriptors open: to its end, or only to the middle of its work. */
async function useWorker(terminates) {
  const worker = new Worker(new URL(import.meta.url))
  const exited = once(worker, 'exit')
  await once(worker, 'message')
  if (terminates) await worker.terminate()
  await exited
}

async function inWorker() {
  for (let owned = 0; owned < 10; owned++) native.socket(inet, stream, 0)
  parentPort.postMessage('busy')
  useNative()
  for (let round = 0; round < 5; round++) await usePackage()
}

async function main() {
  assertComplete()
  for (let round = 0; round < rounds; round++) useNative()
  for (let round = 0; round < rounds / 10; round++) await usePackage()
  const before = readdirSync('/proc/self/fd').length
  for (let round = 0; round < rounds; round++) useNative()
  for (let round = 0; round < rounds / 10; round++) await usePackage()
  for (let round = 0; round < 10; round++) await useWorker(round % 2 === 0)
  await new Promise((resolve) => setImmediate(resolve))
  assert.strictEqual(readdirSync('/proc/self/fd').length, before, 'descriptors leaked')
  console.log(
    `${Object.keys(nativeUses).length} native and ${Object.keys(uses).length} public functions: no descriptor leaked`,
  )
}

await (isMainThread ? main() : inWorker())
