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

/** What the new process says, or that it is gone without a goodbye. */
interface Successor {
  /** Resolves when its event loop has turned with the servers in it, or when it ended on purpose. */
  readonly settled: Promise<void>
  readonly gone: Promise<'gone'>
}

function watch(channel: net.Socket, signal: AbortSignal): Successor {
  let settle = () => {}
  let lose: (gone: 'gone') => void = () => {}
  const settled = new Promise<void>((resolve) => {
    settle = resolve
  })
  const gone = new Promise<'gone'>((resolve) => {
    lose = resolve
  })
  const listen = async () => {
    for (;;) {
      const { step } = await hear(channel, { timeout: 0, signal })
      settle()
      if (step === 'bye') return
    }
  }
  listen().catch(() => (signal.aborted ? settle() : lose('gone')))
  return { settled, gone }
}

/** Waits for the connections to end, the caller's own function included, or for the end of the time. */
async function untilDrained({ members, leave }: TakeoverRequest, signal: AbortSignal): Promise<void> {
  const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  await Promise.all([...members.values()].map((member) => member.drain(signal)))
  await Promise.race([leave?.(), over])
}

/** Lets the connections end; comes back early where the new process is gone. */
export async function depart(channel: net.Socket, request: TakeoverRequest): Promise<Drained> {
  const connections = countConnections(request.members)
  const end = new AbortController()
  const timer = setTimeout(() => end.abort(), request.drainTimeout)
  try {
    const { settled, gone } = watch(channel, end.signal)
    // Not before it has shown that it lives: one that died at once must find this process still here.
    const drained = Promise.all([untilDrained(request, end.signal), settled]).then(() => 'drained' as const)
    return { outcome: await Promise.race([drained, gone]), connections }
  } finally {
    clearTimeout(timer)
    end.abort()
  }
}
