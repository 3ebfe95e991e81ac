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
  /** What the program's own `leave` failed with. */
  readonly failure?: { readonly error: unknown } | undefined
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

function watch(channel: net.Socket, isWanted: () => boolean, signal: AbortSignal): Successor {
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
  listen().catch(() => (signal.aborted || !isWanted() ? settle() : lose('gone')))
  return { settled, gone }
}

/** Runs the program's own part, until the end of the time, and gives what it fails with. */
async function runLeave(leave: TakeoverRequest['leave'], over: Promise<void>): Promise<Drained['failure']> {
  try {
    await Promise.race([leave?.(), over])
    return undefined
  } catch (error) {
    return { error }
  }
}

/** Waits for the connections to end, and the program's own part beside it, or for the end of the time. */
async function untilDrained({ members, leave }: TakeoverRequest, signal: AbortSignal): Promise<Drained['failure']> {
  const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  const leaving = runLeave(leave, over)
  await Promise.all([...members.values()].map((member) => member.drain(signal)))
  return leaving
}

/**
 * Lets the connections end; comes back early where the new process is gone.
 *
 * @param isWanted whether this process is to go on then
 */
export async function depart(channel: net.Socket, request: TakeoverRequest, isWanted: () => boolean): Promise<Drained> {
  const connections = countConnections(request.members)
  const end = new AbortController()
  const timer = setTimeout(() => end.abort(), request.drainTimeout)
  try {
    const { settled, gone } = watch(channel, isWanted, end.signal)
    // Not before it has shown that it lives: one that died at once must find this process still here.
    const drained = Promise.all([untilDrained(request, end.signal), settled])
    const [outcome, failure] = await Promise.race([
      drained.then(([why]) => ['drained', why] as const),
      gone.then((gone) => [gone] as const),
    ])
    return { outcome, connections, failure }
  } finally {
    clearTimeout(timer)
    end.abort()
  }
}
