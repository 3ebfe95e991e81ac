import dgram from 'node:dgram'
import { once } from 'node:events'
import net from 'node:net'
import { join } from 'node:path'
import { BareSocket, listen } from '../../lib/index.js'
import { connectedPair, stockServer } from '../support.js'

/** Things that are closed after a call. */
export type Keep = <Thing>(thing: Thing) => Thing

/** Makes the arguments of a sound call; what it opens it gives to `keep`. */
export type Sound = (keep: Keep, folder: string) => unknown[] | Promise<unknown[]>

const host = '127.0.0.1'
let names = 0

function bare(keep: Keep, type: 'stream' | 'datagram' = 'stream'): BareSocket {
  return keep(new BareSocket('ipv4', type))
}

async function connected(keep: Keep): Promise<net.Socket> {
  const { client, accepted, server } = await connectedPair()
  keep(server)
  keep(accepted).resume().end()
  return keep(client)
}

async function server(keep: Keep, onConnection: (socket: net.Socket) => void = () => {}) {
  const made = await stockServer(onConnection)
  keep(made.server)
  return made
}

/** The path and the one end of a Unix connection whose other end says goodbye. */
async function channel(keep: Keep, folder: string): Promise<net.Socket> {
  const path = join(folder, `channel-${names++}`)
  const listener = keep(
    net.createServer((socket) =>
      keep(socket)
        .on('error', () => {})
        .end(),
    ),
  )
  listener.listen(path)
  await once(listener, 'listening')
  const client = keep(net.connect(path)).on('error', () => {})
  await once(client, 'connect')
  return client
}

/** A port at which nobody listens. */
const nowhere = { host, port: 1 }
const program = [{ code: 6, jt: 0, jf: 0, k: 0xffff }]
const group = { group: '224.1.1.1', interface: 'lo' }
const source = { ...group, source: host }
const aoKey = {
  address: host,
  prefixLength: 32,
  algorithm: 'hmac(sha1)',
  key: Buffer.from('key'),
  sendId: 1,
  receiveId: 1,
}

/** Sound arguments of each function of the root entry. */
export const root: Readonly<Record<string, Sound>> = {
  BareSocket: () => ['ipv4', 'stream', 'tcp'],
  ServerConnections: (keep) => [keep(net.createServer())],
  abort: async (keep) => [await connected(keep)],
  addAoKey: (keep) => [bare(keep), aoKey],
  attachFilter: (keep) => [bare(keep), program],
  attachReuseportProgram: (keep) => [bare(keep), program],
  bindDatagram: (keep) => [keep(dgram.createSocket('udp4')), { address: host, port: 0, ipv6Only: undefined }],
  bindReservedPort: (keep) => [bare(keep), { address: host, low: 600, high: 1023, start: undefined }],
  blockSource: (keep) => [bare(keep, 'datagram'), source],
  closeAfterPeer: async (keep) => [await connected(keep), { timeout: 500, signal: undefined }],
  connect: async (keep) => [{ host, port: (await server(keep)).port, localPort: 0, timeout: 500 }],
  connectionFactory: () => [{ localAddress: host, timeout: 500 }],
  detachFilter: (keep) => [bare(keep)],
  detachReuseportProgram: (keep) => [bare(keep)],
  drain: async (keep) => [
    await listen(keep(net.createServer()), { host, reusePort: true }),
    { timeout: 500, settle: 0, onTimeout: 'abort' },
  ],
  dropSyns: () => [],
  enableTimestamps: (keep) => [bare(keep, 'datagram'), { receive: true }],
  getFilter: (keep) => [bare(keep)],
  getOption: (keep) => [bare(keep), 'SO_LINGER'],
  getRawOption: (keep) => [bare(keep), 1, 2, 4],
  getSourceFilter: (keep) => [bare(keep, 'datagram'), group],
  giveUpAfter: async (keep) => [await connected(keep), 1000],
  joinGroup: (keep) => [bare(keep, 'datagram'), group],
  leaveGroup: (keep) => [bare(keep, 'datagram'), group],
  listen: (keep) => [keep(net.createServer()), { host, port: 0, backlog: 1, reusePort: false, ipv6Only: false }],
  originalDestination: (keep) => [bare(keep)],
  peerCredentials: (keep, folder) => channel(keep, folder).then((socket) => [socket]),
  peerProcess: (keep, folder) => channel(keep, folder).then((socket) => [socket]),
  removeAoKey: (keep) => [bare(keep), { address: host, prefixLength: 32, sendId: 1, receiveId: 1 }],
  removeMd5Key: (keep) => [bare(keep), { address: host }],
  setMd5Key: (keep) => [bare(keep), { address: host, key: Buffer.from('key') }],
  setOption: (keep) => [bare(keep), 'SO_LINGER', { on: true, seconds: 0 }, {}],
  setOptions: (keep) => [bare(keep), { SO_REUSEADDR: true, SO_RCVBUF: 65_536, SO_LINGER: undefined }, {}],
  setRawOption: (keep) => [bare(keep), 1, 2, 1],
  setSourceFilter: (keep) => [bare(keep, 'datagram'), { ...group, mode: 'include', sources: [host] }],
  steerTo: () => [1],
  unblockSource: (keep) => [bare(keep, 'datagram'), source],
}

/** Of sockctl/diag. */
export const diag: Readonly<Record<string, Sound>> = {
  auditListeners: () => [],
  connectionBudget: () => [
    { remoteAddress: host, remotePort: 1, durationMs: 1000, localPort: undefined, settings: {} },
  ],
  destroySocket: async (keep) => {
    const { localPort, localAddress, remoteAddress, remotePort } = await connected(keep)
    const addresses = { localAddress, localPort, remoteAddress, remotePort }
    return [{ protocol: 'tcp', family: 'ipv4', state: 'ESTABLISHED', cookie: 1, interface: undefined, ...addresses }]
  },
  diagSupport: () => [],
  explainAddressInUse: () => [{ address: host, port: 1, protocol: 'tcp', reuseAddress: true, path: undefined }, {}],
  mptcpInfo: (keep) => [bare(keep)],
  mptcpSubflows: (keep) => [bare(keep)],
  openProcessSocket: (keep) => [process.pid, bare(keep).fd],
  sockets: () => [
    { protocol: 'tcp', state: 'LISTEN', localPort: 1, localAddress: host, pid: undefined, uid: 0, mark: 1 },
  ],
  tcpInfo: (keep) => [bare(keep)],
}

/** Of sockctl/handover. */
export const handover: Readonly<Record<string, Sound>> = {
  activatedSockets: () => [],
  receiveSockets: async (keep, folder) => [await channel(keep, folder), { timeout: 500, limit: 1, allow: undefined }],
  sendSockets: async (keep, folder) => [await channel(keep, folder), { one: bare(keep) }, { timeout: 500 }],
  takeover: (keep, folder) => [
    join(folder, `takeover-${names++}`),
    { web: { server: keep(net.createServer()), listen: { host } } },
    { timeout: 500, readyTimeout: 500, drainTimeout: 0, mode: 0o600, limit: undefined },
  ],
}

const command = { command: 'true', localUser: 'one', remoteUser: 'one', stderr: 'joined', connectTimeout: 500, port: 1 }

/** Of sockctl/rsh. */
export const rsh: Readonly<Record<string, Sound>> = {
  multiRsh: () => [[host], { ...command, fanout: 1, maxOutput: 1, stdin: 'none' }],
  rcmd: () => [{ ...command, host }],
}

/** Of sockctl/net, where it is not Node's own. */
export const drop: Readonly<Record<string, Sound>> = {
  Server: () => [{ pauseOnConnect: true }, () => {}],
  Socket: () => [{ allowHalfOpen: true, fd: undefined, signal: undefined }],
  connect: () => [{ ...nowhere, localPort: 0, options: {}, control: undefined }],
  createConnection: () => [1, host],
  createServer: () => [{ allowHalfOpen: true }, () => {}],
}
