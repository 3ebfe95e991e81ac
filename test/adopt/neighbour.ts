import { execFileSync, spawnSync } from 'node:child_process'
import type dgram from 'node:dgram'
import { once } from 'node:events'
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { expect, vi } from 'vitest'
import { NetworkNamespace } from '../../lib/diag/namespace.js'
import { adoptSocket } from '../../lib/handle/adopt.js'
import { adoptDatagram } from '../../lib/handle/datagram.js'
import { BareSocket } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { isRoot } from '../support.js'

/** Runs iproute2's command in this network namespace. */
export function ip(line: string): void {
  execFileSync('ip', line.split(' '), { stdio: ['ignore', 'ignore', 'inherit'] })
}

function whyNot(): string {
  if (!isRoot) return ' (needs root)'
  return spawnSync('ip', ['-V']).status === 0 ? '' : ' (needs iproute2)'
}

/** Why there can be no neighbour here, for the names of tests; empty where there can. */
export const whyNoNeighbour = whyNot()

function currentNetwork(): string {
  return readlinkSync('/proc/thread-self/ns/net')
}

const home = currentNetwork()

/** Sets a number of /proc/sys/net in this network namespace, which must not be the machine's. */
export function setSysctl(path: string, value: string | number): void {
  if (currentNetwork() === home) throw new Error('this would change the whole machine')
  writeFileSync(`/proc/sys/net/${path}`, String(value))
}

/** The two ends of a link, and their addresses. */
export interface Link {
  readonly here: string
  readonly there: string
  readonly ipv4: { readonly here: string; readonly there: string }
  readonly ipv6: { readonly here: string; readonly there: string }
}

/** How many packets an interface of this network namespace has sent. */
export function packetsSent(device: string): number {
  const table = readFileSync('/proc/thread-self/net/dev', 'utf8')
  const line = table.split('\n').find((text) => text.trim().startsWith(`${device}:`))
  return Number(line?.split(':')[1]?.trim().split(/\s+/)[9])
}

/** Another host, as far as the network goes: a network namespace that links lead to from this one. */
export class Neighbour {
  readonly #namespace: NetworkNamespace

  /** This thread must be in a network namespace of its own. */
  constructor() {
    const namespace = NetworkNamespace.create()
    if (!namespace) throw new Error('no network namespace')
    this.#namespace = namespace
    for (const name of ['all', 'default']) {
      setSysctl(`ipv4/conf/${name}/rp_filter`, 0)
      this.run(() => setSysctl(`ipv4/conf/${name}/rp_filter`, 0))
    }
  }

  /** Runs a function there, which must not wait. */
  run<Result>(make: () => Result): Result {
    return this.#namespace.run(make)
  }

  /** Makes a link to there, up at both ends, with addresses of both families. */
  async link(number: number): Promise<Link> {
    const [here, there] = [`here${number}`, `there${number}`]
    const link = {
      here,
      there,
      ipv4: { here: `10.83.${number}.1`, there: `10.83.${number}.2` },
      ipv6: { here: `fd83:${number}::1`, there: `fd83:${number}::2` },
    }
    const namespace = this.run(() => native.networkNamespace())
    try {
      ip(`link add ${here} type veth peer name ${there} netns /proc/${process.pid}/fd/${namespace}`)
    } finally {
      native.close(namespace)
    }
    bringUp(here, link.ipv4.here, link.ipv6.here)
    this.run(() => bringUp(there, link.ipv4.there, link.ipv6.there))
    // The kernel adds the routes of an IPv6 address in its own time.
    const ends = [link.ipv6.here, link.ipv6.there]
    await vi.waitFor(() => expect(ends.every(hasRoute) && this.run(() => ends.every(hasRoute))).toBe(true), 50_000)
    return link
  }

  /** A stock server there, on all addresses, that tells each client its address and ends. */
  async serve(): Promise<{ port: number; close: () => Promise<unknown> }> {
    const tell = (socket: net.Socket) => socket.on('error', () => {}).end(String(socket.remoteAddress))
    // Without a host, Node makes the socket before listen() returns.
    const server = this.run(() => net.createServer(tell).listen(0))
    if (!server.listening) await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    return { port, close: () => new Promise((resolve) => server.close(resolve)) }
  }

  /** Binds a datagram socket there, to a port of the kernel's choice. */
  bind(socket: dgram.Socket, family: 'ipv4' | 'ipv6' = 'ipv4'): dgram.Socket {
    const bare = this.run(() => new BareSocket(family, 'datagram'))
    adoptDatagram(socket, bare, () => bare.bind())
    return socket
  }

  /** A socket of there. */
  socket(family: 'ipv4' | 'ipv6'): net.Socket {
    return this.run(() => adoptSocket(new BareSocket(family), {}))
  }

  /** What a client of there gets from a server: the first text that it says, or the code of an error. */
  async ask(host: string, port: number): Promise<string> {
    const socket = this.socket(net.isIPv4(host) ? 'ipv4' : 'ipv6').connect({ host, port })
    try {
      const [data] = await once(socket, 'data')
      return String(data)
    } catch (error) {
      return (error as { code: string }).code
    } finally {
      socket.destroy()
    }
  }

  close(): void {
    this.#namespace[Symbol.dispose]()
  }
}

function hasRoute(address: string): boolean {
  using socket = new BareSocket('ipv6', 'datagram')
  try {
    socket.connect({ address, port: 9 })
    return true
  } catch {
    return false
  }
}

function bringUp(device: string, ...addresses: readonly string[]): void {
  for (const address of addresses) {
    ip(address.includes(':') ? `addr add ${address}/64 dev ${device} nodad` : `addr add ${address}/24 dev ${device}`)
  }
  ip(`link set ${device} up`)
}
