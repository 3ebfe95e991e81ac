import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { UnixEntry } from '../entry.js'
import { addOwners } from '../owners.js'
import type { CauseOwner } from './cause.js'
import { causeOwners } from './owners.js'

function textOf(read: () => string): string {
  try {
    return read()
  } catch {
    // The process is gone, or it is not ours to look into.
    return ''
  }
}

/** A process of each network namespace that is not this thread's, of those that may be looked into. */
function otherNamespaces(): number[] {
  const seen = new Map([[textOf(() => readlinkSync('/proc/thread-self/ns/net')), 0]])
  for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    const name = textOf(() => readlinkSync(`/proc/${pid}/ns/net`))
    if (name !== '' && !seen.has(name)) seen.set(name, pid)
  }
  return [...seen.values()].filter((pid) => pid !== 0)
}

/** The inodes of the sockets that are bound to a path in the network namespace of a process. @see unix(7) */
function inodesAt(path: string, pid: number): number[] {
  return textOf(() => readFileSync(`/proc/${pid}/net/unix`, 'utf8'))
    .split('\n')
    .map((line) => line.split(/\s+/))
    .filter(([, , , , , , , ...name]) => name.join(' ') === path)
    .map((fields) => Number(fields[6]))
}

/** Who has a socket bound to a path in another network namespace, where that is to be seen. */
export function ownersElsewhere(path: string): CauseOwner[] {
  const inodes = otherNamespaces().flatMap((pid) => inodesAt(path, pid))
  const entries = inodes.map((inode) => ({ protocol: 'unix', inode, path }) as UnixEntry)
  addOwners(entries)
  return causeOwners(entries)
}
