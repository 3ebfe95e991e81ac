import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { SocketEntry, SocketOwner } from '../entry.js'
import { namespacePids } from '../owners.js'
import type { CauseOwner } from './cause.js'

function orUndefined<Value>(read: () => Value): Value | undefined {
  try {
    return read()
  } catch {
    // The process is gone, or it is not ours to look into.
    return undefined
  }
}

/** How runtimes name the cgroups of their containers. */
const patterns: readonly { readonly runtime: string; readonly pattern: RegExp }[] = [
  { runtime: 'docker', pattern: /\bdocker[-/]([0-9a-f]{64})\b/ },
  { runtime: 'podman', pattern: /\blibpod-([0-9a-f]{64})\b/ },
  { runtime: 'containerd', pattern: /\bcri-containerd-([0-9a-f]{64})\b/ },
  { runtime: 'cri-o', pattern: /\bcrio-([0-9a-f]{64})\b/ },
  { runtime: 'kubernetes', pattern: /\/kubepods\b.*\/([0-9a-f]{64})\b/ },
  { runtime: 'systemd-nspawn', pattern: /\/machine\.slice\/(?:systemd-nspawn@|machine-)([^/]+?)\.(?:service|scope)\b/ },
  { runtime: 'lxc', pattern: /\/lxc(?:\.payload\.|\/)([^/\n]+)/ },
]

/** Reads from the text of /proc/<pid>/cgroup which container a process is in. @see cgroups(7) */
export function containerOf(cgroups: string): CauseOwner['container'] {
  for (const { runtime, pattern } of patterns) {
    const id = pattern.exec(cgroups)?.[1]
    if (id !== undefined) return { runtime, id }
  }
  return undefined
}

/** Reads from the same text which systemd service a process belongs to: the innermost. */
export function unitOf(cgroups: string): string | undefined {
  return [...cgroups.matchAll(/\/([^/\n]+\.service)\b/g)].at(-1)?.[1]
}

/** The kinds of namespace in which a process is apart from this thread. @see namespaces(7) */
function apartOf(pid: number): string[] | undefined {
  return orUndefined(() => {
    const kinds = readdirSync('/proc/thread-self/ns').filter((kind) => !kind.endsWith('_for_children'))
    return kinds.filter(
      (kind) => readlinkSync(`/proc/${pid}/ns/${kind}`) !== readlinkSync(`/proc/thread-self/ns/${kind}`),
    )
  })
}

function withPlace(owner: SocketOwner): CauseOwner {
  const cgroups = orUndefined(() => readFileSync(`/proc/${owner.pid}/cgroup`, 'utf8')) ?? ''
  const place = { container: containerOf(cgroups), unit: unitOf(cgroups), apart: apartOf(owner.pid) }
  const [, ...inner] = namespacePids(owner.pid)
  return { ...owner, innerPid: inner.at(-1), ...place }
}

/** The processes that have any of some sockets open, each once, and where they run. */
export function causeOwners(entries: readonly SocketEntry[]): CauseOwner[] {
  const byPid = new Map<number, SocketOwner>()
  for (const owner of entries.flatMap(({ owners = [] }) => owners)) {
    if (!byPid.has(owner.pid)) byPid.set(owner.pid, owner)
  }
  return [...byPid.values()].map(withPlace)
}
