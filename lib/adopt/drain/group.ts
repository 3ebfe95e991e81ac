import { fstatSync } from 'node:fs'
import type { InternetEntry } from '../../diag/entry.js'
import { sockets } from '../../diag/sockets.js'

function isTcp(entry: { readonly protocol: string }): entry is InternetEntry {
  return entry.protocol === 'tcp'
}

/** The listening TCP socket of a descriptor; undefined for one of another kind. */
export function listenerOf(fd: number): InternetEntry | undefined {
  const { ino } = fstatSync(fd)
  return sockets({ protocol: 'tcp', state: 'LISTEN', inode: ino }).find(isTcp)
}

/**
 * The listeners that may be in one SO_REUSEPORT group with a listener, itself included: the same user's, of the same
 * family, at the very same address. While one of them has SO_REUSEPORT, no other socket can be among them.
 *
 * @see net/ipv4/inet_hashtables.c, inet_reuseport_add_sock()
 */
export function membersOf(listener: InternetEntry): InternetEntry[] {
  const { family, localAddress, localPort, uid, ipv6Only } = listener
  return sockets({ protocol: 'tcp', state: 'LISTEN', family, localAddress, localPort })
    .filter(isTcp)
    .filter(
      (other) =>
        other.localAddress === localAddress &&
        other.uid === uid &&
        other.interface === listener.interface &&
        other.ipv6Only === ipv6Only,
    )
}

/** One end of a connection as text; an IPv4 address that is shown within IPv6 is the same. */
function endOf(address: string, port: number): string {
  return `${address.replace(/^::ffff:(?=\d+\.)/, '')} ${port}`
}

/** Leaves out those that a socket of this host, at the very address that it connected to, has begun and given up. */
function withoutDead(requests: readonly InternetEntry[], port: number): readonly InternetEntry[] {
  const isOwn = (entry: InternetEntry) => entry.remoteAddress === entry.localAddress
  const localPort = requests.filter(isOwn).map(({ remotePort }) => remotePort)
  if (localPort.length === 0) return requests
  const clients = sockets({ protocol: 'tcp', localPort, remotePort: port }).filter(isTcp)
  const alive = new Set(clients.map((client) => endOf(client.localAddress, client.localPort)))
  return requests.filter((entry) => !isOwn(entry) || alive.has(endOf(entry.remoteAddress, entry.remotePort)))
}

/** The requests for connections to a listener's port that are not complete, whichever listener of that port they are for. */
export class Requests {
  readonly #listener: InternetEntry
  #known: Set<string> | undefined

  constructor(listener: InternetEntry) {
    this.#listener = listener
  }

  #all(): string[] {
    const { localAddress, localPort } = this.#listener
    const isWildcard = localAddress === '::' || localAddress === '0.0.0.0'
    const place = isWildcard ? { localPort } : { localPort, localAddress }
    const all = sockets({ protocol: 'tcp', state: 'SYN_RECV', ...place }).filter(isTcp)
    return withoutDead(all, localPort).map(
      (entry) => `${endOf(entry.remoteAddress, entry.remotePort)} ${entry.localAddress}`,
    )
  }

  /** Notes those that are there: from now on only these count, and later ones are not the listener's. */
  remember(): void {
    this.#known ??= new Set()
    for (const one of this.#all()) this.#known.add(one)
  }

  /** How many there are. */
  count(): number {
    const known = this.#known
    const all = this.#all()
    return known ? all.filter((one) => known.has(one)).length : all.length
  }
}
