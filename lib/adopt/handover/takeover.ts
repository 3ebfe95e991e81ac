import type { EventEmitter } from 'node:events'
import { Keeper, type LeaveReport } from './keeper.js'
import { handoverError } from './lines.js'
import type { Member } from './member.js'
import type { HandoverPeer } from './peer.js'
import { knock, refuseUnsafe, settle } from './place.js'
import { refuseAborted } from './request.js'
import { Steps, type TakeoverStep } from './steps.js'
import { type PredecessorReport, type Succession, succeed } from './successor.js'
import { checkTakeover, type TakeoverOptions, type TakeoverRequest, type TakeoverServers } from './takeover-request.js'

/** How the servers of a process started. */
export interface StartReport {
  /** The servers that go on with the socket of the process before. */
  readonly received: readonly string[]
  /** The servers that were bound anew. */
  readonly bound: readonly string[]
  /** Sockets of the process before that no server is for, or that are not at the address asked for: they were closed. */
  readonly dropped: readonly string[]
  /** A process that was there and died before it gave its sockets: connections that it had, or had queued, are lost. */
  readonly lost: HandoverPeer | undefined
  /** What happened, and when. */
  readonly steps: readonly TakeoverStep[]
}

/** What a takeover emits. */
interface TakeoverEvents {
  /** A process that may not take over has knocked, and was refused. */
  on(event: 'refused', listener: (peer: HandoverPeer) => void): this
  /** A takeover from this process has failed; it serves on. */
  on(event: 'failed', listener: (error: Error, peer: HandoverPeer) => void): this
  /** The new process died while this one's connections ended; this one accepts again. */
  on(event: 'resumed', listener: () => void): this
}

/** Servers that run, and that the next process can take over. */
export interface Takeover extends TakeoverEvents {
  /** How they started. */
  readonly start: StartReport
  /** What became of the process before; undefined where there was none, or none that gave its sockets. */
  readonly predecessor: Promise<PredecessorReport> | undefined
  /** Resolves when another process has taken over and this one has nothing left to do; rejects then where `leave` failed. */
  readonly left: Promise<LeaveReport>
  /**
   * Lets nobody take over any more, and removes the file. The servers are not touched; while their connections end, they
   * go on ending, and are not taken up again whatever becomes of the new process.
   */
  close(): void
}

/** How often the process at the path may be another one, or none, by the time that this one has looked. */
const mostAttempts = 10

/** Starts without a process to take over from; false where there is one by now. */
async function startAlone(keeper: Keeper, request: TakeoverRequest): Promise<boolean> {
  const { path, mode, members, prepare } = request
  const started: Member[] = []
  try {
    if (!(await settle(keeper.control, path, mode))) return false
    await prepare?.(new Map())
    refuseAborted(request)
    for (const member of members.values()) {
      started.push(member)
      await member.start()
    }
    return true
  } catch (error) {
    for (const member of started) member.close()
    keeper.stop()
    throw error
  }
}

/** Takes over, or starts alone, whichever it comes to. */
async function begin(
  keeper: Keeper,
  request: TakeoverRequest,
  steps: Steps,
): Promise<{ succession?: Succession; lost?: HandoverPeer | undefined }> {
  let lost: HandoverPeer | undefined
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    refuseAborted(request)
    const channel = await knock(request.path)
    if (channel) {
      const succession = await succeed(channel, keeper, request, steps)
      if (succession.received) return { succession }
      lost = succession.peer
      steps.take('alone')
    } else if (await startAlone(keeper, request)) {
      steps.take('bound')
      return { lost }
    }
  }
  throw handoverError(`The process at ${request.path} is another one each time`)
}

function takeoverOf(
  keeper: Keeper,
  start: StartReport,
  predecessor: Takeover['predecessor'],
  bye: () => void,
): Takeover {
  const close = () => {
    bye()
    keeper.stop()
  }
  const emitter: EventEmitter = keeper
  return Object.assign(emitter, { start, predecessor, close }) as unknown as Takeover
}

/**
 * Starts servers in the place of a process that has them, without losing a connection; or, where none has, starts them
 * anew. It is the same call in both, so a program that calls it when it starts is restarted by starting it once more.
 *
 * The new process gets the listening sockets themselves, with what is queued, starts on them, and the old one stops
 * accepting, answers what it has, tells HTTP clients to go (`Connection: close`, GOAWAY) and leaves. Where the new process
 * fails or dies before it serves, the old one notices nothing; where it dies while the old one's connections end, the old
 * one accepts again. Where the old one dies, the new one goes on. `docs/handover.md` has each case.
 *
 * The path is the meeting point: a Unix socket of mode 0600, in a folder that others cannot change. Only processes of the
 * same user, and of root, are dealt with, in both directions, unless `allow` says otherwise.
 *
 * In a `cluster` each worker takes over by itself, at a path of its own, on a listener of its own; with `reusePort` they
 * share a port. Each step is published on the diagnostics channel `sockctl:takeover`.
 *
 * @param path the path of a Unix socket, the same for each process; no abstract name, which any user could take
 * @param servers what to start, by names, which are how sockets and servers find each other
 * @returns the servers, running
 * @throws (rejects) what `listen` and `bindDatagram` say; a `PeerRefusedError`; `ERR_SOCKCTL_HANDOVER` where the old
 * process does not play its part; `ERR_SOCKCTL_UNSAFE_PATH`; ETIMEDOUT; what `prepare` throws. The old process serves on
 * then, and nothing is left open.
 */
export async function takeover(
  path: string,
  servers: TakeoverServers,
  options: TakeoverOptions = {},
): Promise<Takeover> {
  const request = checkTakeover(path, servers, options)
  refuseUnsafe(path)
  const keeper = new Keeper(request)
  const steps = new Steps('new', path)
  const { succession, lost } = await begin(keeper, request, steps)
  keeper.open()
  const received = succession?.received ?? []
  const start: StartReport = {
    received,
    bound: [...request.members.keys()].filter((name) => !received.includes(name)),
    dropped: succession?.dropped ?? [],
    lost,
    steps: steps.taken,
  }
  return takeoverOf(keeper, start, succession?.predecessor, succession?.bye ?? (() => {}))
}
