import { type Sample, timeLeft } from '../../diag/census.js'
import type { InternetEntry } from '../../diag/entry.js'
import { addOwners } from '../../diag/owners.js'

/** Which sockets the table shows. */
export interface RowFilter {
  readonly port: number | undefined
  /** A process's number, or a part of its command. */
  readonly process: string
  readonly state: string
}

/** A line of the table: state, local, remote, process, and the milliseconds that a remnant has left. */
export type Row = readonly [state: string, local: string, remote: string, process: string, left: number | null]

/** The rows that go to the page: more nobody reads, and the counts tell of them. */
export const mostRows = 200

function place(family: string, address: string, port: number): string {
  return family === 'ipv6' ? `[${address}]:${port}` : `${address}:${port}`
}

/** Remembers who has each socket open, since a look into every process is dear. */
export class Owners {
  #known = new Map<number, string>()
  #nextLook = 0

  /** Looks for the owners of sockets that are new, at most once a second. */
  learn(live: readonly InternetEntry[]): void {
    const strangers = live.filter(({ inode }) => inode !== 0 && !this.#known.has(inode))
    if (strangers.length === 0 || performance.now() < this.#nextLook) return
    this.#nextLook = performance.now() + 1000
    addOwners(strangers)
    const kept = live.map(({ inode }): [number, string] => [inode, this.#known.get(inode) ?? ''])
    this.#known = new Map(kept.filter(([, name]) => name !== ''))
    for (const { inode, owners = [] } of strangers) {
      const [first] = owners
      this.#known.set(inode, first ? `${first.command} ${first.pid}` : '')
    }
  }

  of({ inode }: InternetEntry): string {
    return this.#known.get(inode) ?? ''
  }
}

function rowOf(entry: InternetEntry, owner: string, left: number | null): Row {
  const { family, state, localAddress, localPort, remoteAddress, remotePort } = entry
  const remote = remotePort === 0 ? '' : place(family, remoteAddress, remotePort)
  return [state, place(family, localAddress, localPort), remote, owner, left]
}

function passes({ localPort, remotePort, state }: InternetEntry, owner: string, filter: RowFilter): boolean {
  const { port } = filter
  const hasPort = port === undefined || localPort === port || remotePort === port
  return hasPort && (filter.state === '' || state === filter.state) && owner.includes(filter.process)
}

/** The first rows that a filter leaves: the remnants last, which have no process. */
export function rowsOf(sample: Sample, owners: Owners, filter: RowFilter): Row[] {
  const rows: Row[] = []
  for (const entry of sample.live) {
    if (rows.length === mostRows) return rows
    const owner = owners.of(entry)
    if (passes(entry, owner, filter)) rows.push(rowOf(entry, owner, null))
  }
  for (const entry of sample.remnants) {
    if (rows.length === mostRows) return rows
    const left = timeLeft(entry, sample)
    if (left > 0 && passes(entry, '', filter)) rows.push(rowOf(entry, '', left))
  }
  return rows
}
