import { setTimeout as sleep } from 'node:timers/promises'
import type { InternetEntry } from '../../diag/entry.js'
import { sockets } from '../../diag/sockets.js'

/** After how long a process that has the socket open is taken to keep it, in milliseconds. */
export const holderTime = 50

/** Where else a socket is open: this process has it under another number, or another process has it. */
export function otherHolders({ inode }: InternetEntry, fd: number): string[] {
  const [entry] = sockets({ protocol: 'tcp', state: 'LISTEN', inode, processes: true })
  return (entry?.owners ?? [])
    .filter((owner) => owner.pid !== process.pid || owner.fd !== fd)
    .map(({ pid, command }) => `${command} (pid ${pid})`)
}

/**
 * Whether a listener goes on after this process has closed it: then another one has it too, which need not be one that
 * this user may look into.
 */
export async function goesOn(protocol: 'tcp' | 'unix', inode: number): Promise<boolean> {
  const deadline = performance.now() + holderTime
  while (sockets({ protocol, state: 'LISTEN', inode }).length > 0) {
    if (performance.now() >= deadline) return true
    await sleep(1)
  }
  return false
}
