import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import type { SocketEntry } from '../../lib/diag.js'
import { errnoOf } from '../../lib/errors.js'
import { fdOf } from '../../lib/handle.js'
import { BareSocket, setOption } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { families } from '../../lib/platform.js'
import { encodeAddress } from '../../lib/sockaddr.js'
import { portOf } from '../sockets/network.js'
import { closed, unusedPort } from '../support.js'

type InternetFamily = 'ipv4' | 'ipv6'

/** The loopback address of a family. */
export const loopback = { ipv4: '127.0.0.1', ipv6: '::1' } as const

const inProgress = errnoOf('EINPROGRESS')
const seqpacket = 5

/** Sends until nothing more fits. */
export function fill(fd: number): void {
  const bytes = new Uint8Array(2 ** 16)
  while (native.send(fd, bytes) > 0);
}

/** Connects a stream. Over loopback that is done when connect(2) returns, where the listener has room. */
export function connectStream(
  family: InternetFamily,
  port: number,
  prepare?: (socket: BareSocket) => void,
): BareSocket {
  const socket = new BareSocket(family)
  prepare?.(socket)
  const errno = native.connect(socket.fd, encodeAddress(family, { address: loopback[family], port }))
  if (errno < 0 && errno !== inProgress) throw new Error(`connect failed with ${errno}`)
  return socket
}

/** Lets a socket hear nothing any more, not even acknowledgements. It takes CAP_NET_ADMIN. */
export function deafen(socket: BareSocket): void {
  setOption(socket, 'SO_ATTACH_FILTER', [{ code: 6, jt: 0, jf: 0, k: 0 }])
}

/** All but what time changes. */
export function timeless(all: readonly SocketEntry[]) {
  return all.map((one) => ({ ...one, timer: undefined, timerMs: undefined, retransmits: 0, memory: undefined }))
}

/** Lists sockets once they have come to rest, which what was sent to a full connection, and MPTCP, take a moment for. */
export function settled(list: () => SocketEntry[]): Promise<SocketEntry[]> {
  let last: SocketEntry[] = []
  const check = () => {
    const before = last
    last = list()
    expect(timeless(last)).toEqual(timeless(before))
    return last
  }
  return vi.waitFor(check, { timeout: 50_000, interval: 500 })
}

/** Many sockets, of every kind and in every state that can be had without an event loop. */
export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
  readonly #sockets: BareSocket[] = []
  readonly #fds: number[] = []

  keep(socket: BareSocket): BareSocket {
    this.#sockets.push(socket)
    return socket
  }

  listener(family: InternetFamily, prepare?: (socket: BareSocket) => void, backlog = 100): number {
    const socket = this.keep(new BareSocket(family))
    prepare?.(socket)
    socket.listen(backlog, { address: loopback[family] })
    return portOf(socket)
  }

  /** TCP sockets of a family: at least one in each state, but for what takes an accepted one. */
  addTcp(family: InternetFamily, count: number): void {
    const port = this.listener(family)
    // The other ends stay in the accept queue.
    for (let made = 0; made < count; made++) this.keep(connectStream(family, port))
    for (let made = 0; made < count / 4; made++) this.keep(connectStream(family, port)).shutdown('write')
    for (let made = 0; made < count / 4; made++) connectStream(family, port).close()
    this.#addUnanswered(family)
    this.#addStuck(family)
    this.keep(new BareSocket(family)).bind({ address: loopback[family] })
    const wildcard = this.keep(new BareSocket(family))
    wildcard.listen(7, {})
  }

  /** A connection whose end of data waits for room at the other end. */
  #addStuck(family: InternetFamily): void {
    const narrow = this.listener(family, (socket) => setOption(socket, 'SO_RCVBUF', 2048))
    const stuck = this.keep(connectStream(family, narrow, (socket) => setOption(socket, 'SO_SNDBUF', 2048)))
    fill(stuck.fd)
    stuck.shutdown('write')
  }

  #addUnanswered(family: InternetFamily): void {
    const full = this.listener(family, undefined, 0)
    for (let made = 0; made < 4; made++) this.keep(connectStream(family, full))
    const patient = this.listener(family, (socket) => setOption(socket, 'TCP_DEFER_ACCEPT', 60))
    this.keep(connectStream(family, patient))
  }

  /** Connections of a family that were accepted and closed: what is left is in TIME_WAIT, in LAST_ACK and in CLOSING. */
  async addClosed(family: InternetFamily): Promise<void> {
    const server = net
      .createServer({ allowHalfOpen: true, pauseOnConnect: true })
      .listen(unusedPort(loopback[family]), loopback[family])
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    const accept = async (prepare?: (socket: BareSocket) => void) => {
      const accepted = once(server, 'connection') as Promise<[net.Socket]>
      const client = connectStream(family, port, prepare)
      return [client, (await accepted)[0]] as const
    }
    const [gone, first] = await accept()
    gone.close()
    const [slow, second] = await accept((socket) => setOption(socket, 'SO_RCVBUF', 2048))
    this.keep(slow).shutdown('write')
    setOption(second, 'SO_SNDBUF', 2048)
    fill(fdOf(second))
    // Both ends close at the same moment: one hears neither the other's FIN nor that its own has come.
    const [deaf, third] = await accept()
    deafen(this.keep(deaf))
    for (const socket of [first, second, third]) await closed(socket.destroy())
    deaf.shutdown('write')
    server.close()
  }

  addDatagrams(family: InternetFamily, count: number): void {
    const receiver = this.keep(new BareSocket(family, 'datagram'))
    receiver.bind({ address: loopback[family] })
    for (let made = 0; made < count; made++) {
      const sender = this.keep(new BareSocket(family, 'datagram'))
      sender.connect({ address: loopback[family], port: portOf(receiver) })
    }
    this.keep(new BareSocket(family, 'datagram')).bind()
  }

  addRaw(family: InternetFamily): void {
    this.keep(new BareSocket(family, 'raw', 253))
    this.keep(new BareSocket(family, 'raw', 254)).bind({ address: loopback[family] })
  }

  addMptcp(family: InternetFamily): void {
    const listener = this.keep(new BareSocket(family, 'stream', 'mptcp'))
    listener.listen(5, { address: loopback[family] })
    const client = this.keep(new BareSocket(family, 'stream', 'mptcp'))
    native.connect(client.fd, encodeAddress(family, { address: loopback[family], port: portOf(listener) }))
  }

  addUnix(count: number): void {
    const path = join(this.folder, 'listener')
    this.keep(new BareSocket('unix')).listen(count, { path })
    for (let made = 0; made < count; made++) this.keep(new BareSocket('unix')).connect({ path })
    const abstract = `\0sockctl-${process.pid}`
    this.keep(new BareSocket('unix', 'datagram')).bind({ path: abstract })
    this.keep(new BareSocket('unix', 'datagram')).connect({ path: abstract })
    this.keep(new BareSocket('unix')).bind({ path: join(this.folder, 'bound') })
    const fd = native.socket(families.unix, seqpacket, 0)
    this.#fds.push(fd)
    native.listen(fd, 3, encodeAddress('unix', { path: join(this.folder, 'seqpacket') }))
  }

  close(): void {
    for (const socket of this.#sockets) socket.close()
    for (const fd of this.#fds) native.close(fd)
    rmSync(this.folder, { recursive: true })
  }
}
