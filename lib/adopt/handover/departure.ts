import type net from 'node:net'
import { hear } from './lines.js'
import type { Member } from './member.js'
import type { TakeoverRequest } from './takeover-request.js'

/** How the time came to an end in which the old process's connections ended. */
export interface Drained {
  /** Whether it may leave, or the new process is gone and it has to go on. */
  readonly outcome: 'drained' | 'gone'
  /** How many connections it had when it stopped. */
  readonly connections: number
}

/** How many connections some servers have. */
export function countConnections(members: ReadonlyMap<string, Member>): number {
  return [...members.values()].reduce((sum, { connections }) => sum + connections, 0)
}

/** Waits until the new process is gone, without having said goodbye. */
async function untilGone(channel: net.Socket, signal: AbortSignal): Promise<'gone' | undefined> {
  const message = await hear(channel, { timeout: 0, signal }).catch(() => undefined)
  return message?.step === 'bye' || signal.aborted ? undefined : 'gone'
}

/** Waits for the connections to end, the caller's own function included, or for the end of the time. */
async function untilDrained({ members, leave }: TakeoverRequest, signal: AbortSignal): Promise<'drained'> {
  const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  await Promise.all([...members.values()].map((member) => member.drain(signal)))
  await Promise.race([leave?.(), over])
  return 'drained'
}

/** Lets the connections end; comes back early where the new process is gone. */
export async function depart(channel: net.Socket, request: TakeoverRequest): Promise<Drained> {
  const connections = countConnections(request.members)
  const end = new AbortController()
  const timer = setTimeout(() => end.abort(), request.drainTimeout)
  try {
    const drained = untilDrained(request, end.signal)
    const gone = untilGone(channel, end.signal).then((outcome) => outcome ?? drained)
    return { outcome: await Promise.race([drained, gone]), connections }
  } finally {
    clearTimeout(timer)
    end.abort()
  }
}
