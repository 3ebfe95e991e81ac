import type { SocketState } from '../../diag/entry.js'
import { errorName } from '../../errors.js'
import type { TcpState } from '../../options/index.js'
import type { Identity, Witness } from './witness.js'

/** How a connection ended, and what it left. */
export interface CloseReport {
  /**
   * Whose FIN came first: ours left before the peer's had arrived ('us'), or not ('peer'). 'both' where they were seen to
   * cross (CLOSING). Undefined where the connection ended without one.
   */
  readonly closedFirst: 'peer' | 'us' | 'both' | undefined
  /**
   * Who reset the connection, where somebody did. Ours is told by what the kernel keeps of the connection, which is nothing
   * either where it had no room for one more in TIME_WAIT (net.ipv4.tcp_max_tw_buckets).
   */
  readonly resetBy: 'peer' | 'us' | undefined
  /** The error that ended the connection, other than a reset: ETIMEDOUT, EHOSTUNREACH ... */
  readonly error: string | undefined
  /** Whether the peer had not closed in time. */
  readonly timedOut: boolean
  /** From the call to this report, in ms. */
  readonly duration: number
  /** How many bytes came and were thrown away, since nobody was there to read them. */
  readonly discarded: number
  /** The state of our end as the report is made; 'CLOSED' where nothing is left of it, undefined where nobody could tell. */
  readonly state: SocketState | 'CLOSED' | undefined
  /**
   * Whether this host holds TIME_WAIT for the connection: 'held'; 'none', now and later; 'possible' while the peer has yet
   * to close, and TIME_WAIT follows when it does; 'unknown' where the kernel could not be asked.
   */
  readonly timeWait: 'held' | 'none' | 'possible' | 'unknown'
  /** How long TIME_WAIT still lasts, in ms; undefined where none is held. */
  readonly timeWaitMs: number | undefined
  /**
   * What follows for the peer: 'time-wait' where its TCP acknowledged our FIN after its own; 'none' where it cannot come to
   * hold TIME_WAIT, since it reset the connection or never got a FIN from us; otherwise 'unknown'.
   */
  readonly peer: 'time-wait' | 'none' | 'unknown'
}

/** What was noticed while a connection ended. */
export interface Course {
  readonly started: number
  timedOut: boolean
  discarded: number
  /** The peer's FIN was there, and ours had not been sent. */
  peerFinished: boolean
  /** We sent a FIN. */
  finished: boolean
  /** We reset the connection. */
  reset: boolean
  /** The name of the error that Node gave. */
  error: string | undefined
}

/** What the kernel has of our end, asked after the last descriptor was closed. */
export interface Remains {
  readonly known: boolean
  readonly state?: SocketState | undefined
  readonly timerMs?: number | undefined
}

const resets = new Set(['ECONNRESET', 'EPIPE'])
const active: readonly (SocketState | undefined)[] = ['FIN_WAIT_1', 'FIN_WAIT_2', 'CLOSING', 'TIME_WAIT']

// After our FIN, and before the end.
const waiting: ReadonlySet<TcpState> = new Set(['FIN_WAIT_1', 'FIN_WAIT_2', 'CLOSING'])

/** Asks the kernel what is left of a connection. */
export async function askRemains(identity: Identity | undefined): Promise<Remains> {
  if (!identity) return { known: false }
  // Only here: what looks at the host is loaded by those who need it.
  const { findConnection } = await import('./remains.js')
  return findConnection(identity)
}

function timeWaitOf(first: CloseReport['closedFirst'], isReset: boolean, { known, state }: Remains) {
  if (known) {
    if (state === 'TIME_WAIT') return 'held'
    return active.includes(state) ? 'possible' : 'none'
  }
  return first === 'peer' || isReset ? 'none' : 'unknown'
}

function firstOf(witness: Witness, course: Course, { state }: Remains): CloseReport['closedFirst'] {
  if (witness.saw('CLOSING') || state === 'CLOSING') return 'both'
  if (witness.saw('FIN_WAIT_1', 'FIN_WAIT_2') || active.includes(state)) return 'us'
  return course.peerFinished || witness.saw('CLOSE_WAIT', 'LAST_ACK') ? 'peer' : undefined
}

type Outcome = Pick<CloseReport, 'closedFirst' | 'resetBy' | 'error'>

/** Whether both FINs were acknowledged: the connection is over, and nothing went wrong. */
function isClean({ resetBy, error }: Omit<Outcome, 'closedFirst'>, isOver: boolean): boolean {
  return isOver && resetBy === undefined && error === undefined
}

function peerOf(course: Course, outcome: Outcome, isOver: boolean) {
  if (outcome.resetBy === 'peer' || !course.finished) return 'none'
  // Where the FINs crossed, the peer had not seen ours when it sent its own.
  const hasClosed = outcome.closedFirst === 'both' || (outcome.closedFirst === 'peer' && course.peerFinished)
  return hasClosed && isClean(outcome, isOver) ? 'time-wait' : 'unknown'
}

/** Who reset the connection, or what else ended it. */
function failureOf(course: Course, errno: number): Pick<CloseReport, 'resetBy' | 'error'> {
  if (course.reset) return { resetBy: 'us', error: undefined }
  const error = course.error ?? (errno === 0 ? undefined : errorName(-errno))
  if (error !== undefined && resets.has(error)) return { resetBy: 'peer', error: undefined }
  return { resetBy: undefined, error }
}

/** Whether our close was a reset, as it is with data that nobody has read: nothing is left of what was not over. */
function isCut(last: TcpState, { error }: Pick<CloseReport, 'error'>, { known, state }: Remains): boolean {
  return known && state === undefined && error === undefined && waiting.has(last)
}

/** A Unix socket has no states; what it leaves is known. */
const nothingLeft = { state: undefined, timeWait: 'none', timeWaitMs: undefined, peer: 'none' } as const

function unixFirstOf({ peerFinished, finished }: Course, { resetBy }: Pick<CloseReport, 'resetBy'>) {
  if (peerFinished) return 'peer'
  return resetBy === 'peer' && !finished ? undefined : 'us'
}

/**
 * Makes the report, and closes the witness, with which the last descriptor goes.
 *
 * @param isOver whether the connection was seen to be closed
 */
export async function makeReport(witness: Witness, course: Course, isOver: boolean): Promise<CloseReport> {
  if (witness.saw('FIN_WAIT_1', 'FIN_WAIT_2', 'CLOSING', 'LAST_ACK')) course.finished = true
  const last = witness.look()
  const failure = failureOf(course, witness.takeError())
  witness.close()
  const { timedOut, discarded, started } = course
  const common = { timedOut, duration: performance.now() - started, discarded }
  if (witness.isUnix) {
    return { ...common, ...failure, closedFirst: unixFirstOf(course, failure), ...nothingLeft }
  }
  const remains = await askRemains(witness.identity)
  const { error } = failure
  const resetBy = failure.resetBy ?? (isCut(last, failure, remains) ? 'us' : undefined)
  const isSilent = remains.known && course.finished && isClean({ resetBy, error }, isOver)
  // Whoever closes first is left with something, so a clean end that left us nothing was begun by the peer.
  const closedFirst = firstOf(witness, course, remains) ?? (isSilent ? 'peer' : undefined)
  const timeWait = timeWaitOf(closedFirst, resetBy !== undefined, remains)
  return {
    ...common,
    closedFirst,
    resetBy,
    error,
    state: remains.known ? (remains.state ?? 'CLOSED') : undefined,
    timeWait,
    timeWaitMs: timeWait === 'held' ? remains.timerMs : undefined,
    peer: peerOf(course, { closedFirst, resetBy, error }, isOver),
  }
}
