import type { DrainGuarantee, DrainKernel, DrainSteering } from './report.js'
import type { Traffic } from './traffic.js'

/** What the guarantee of a TCP listener depends on. */
export interface Evidence {
  /** Who else has the listener's socket open. */
  readonly holders: readonly string[]
  /** Whether the socket was still there after the close. */
  readonly goesOn: boolean
  readonly reusePort: boolean
  /** Whether it was this listener's turn in its group. */
  readonly hadTurn: boolean
  readonly steering: DrainSteering
  readonly kernel: DrainKernel
  readonly traffic: Pick<Traffic, 'queue' | 'synRecv' | 'dropped'>
}

/** A guarantee, and why it is no better. */
export interface Verdict {
  readonly guarantee: DrainGuarantee
  readonly reason: string | undefined
}

function whyUnsteered({ reusePort, hadTurn, steering: { members, error } }: Evidence): string {
  if (!reusePort) return 'the listener has no SO_REUSEPORT, so that no other can listen beside it'
  if (!hadTurn) return 'another listener of the group was being drained all the time'
  if (members < 2) return 'no other listener of this user is at the same address'
  if (error) return `new connections could not be steered: ${error.message}`
  return "the listener's place in the group could not be found out"
}

/** Why nothing is known of a listener that somebody has whom this user does not see. */
export const hiddenHolder =
  'the socket is open elsewhere too, in a process that cannot be looked into, and goes on there'

/** What holds after all that was seen. */
export function judge(evidence: Evidence): Verdict {
  const { holders, goesOn, steering, kernel, traffic } = evidence
  const none = (reason: string): Verdict => ({ guarantee: 'none', reason })
  if (holders.length > 0) return none(`the socket is open elsewhere too, and goes on there: ${holders.join(', ')}`)
  if (goesOn) return none(hiddenHolder)
  if (traffic.queue.left > 0) return none('the server did not accept all that waited within the time')
  if (traffic.dropped > 0) return none('the server closed connections that were more than its maxConnections')
  if (!steering.used) return { guarantee: 'queue-empty', reason: whyUnsteered(evidence) }
  // What is left of a closed listener goes to another one of the group then.
  if (traffic.synRecv.left === 0 || kernel.migratesRequests) return { guarantee: 'lossless', reason: undefined }
  return { guarantee: 'queue-empty', reason: 'handshakes that had begun here were not complete within the time' }
}
