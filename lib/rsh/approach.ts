import type { Claim } from './listener.js'
import { listeners, type Place } from './listeners.js'
import type { RshRequest } from './request.js'
import { openSource, type Source, type Target, waitForSource } from './source.js'
import type { WaitInfo } from './types.js'

/** What a command needs before it is sent. */
export interface Approach {
  readonly source: Source
  /** Where its second connection is to come, if there is to be one. */
  readonly place: Place | undefined
}

/** Who wants it. */
export interface Wanting {
  readonly request: RshRequest
  readonly target: Target
  readonly claim: Claim
  /** Takes it, with an error where the system refused it. */
  got(approach: Approach): void
  failed(error: unknown): void
  /** Is told that it takes a wait. */
  waits(info: Omit<WaitInfo, 'host'>): void
}

/**
 * Gets a place among the listeners and a connection from a reserved port, waiting for either where it is short.
 *
 * @returns a function that ends the wait, and undefined where there is none
 */
export function approach(wanting: Wanting): (() => void) | undefined {
  try {
    return takePlace(wanting)
  } catch (error) {
    wanting.failed(error)
    return undefined
  }
}

function takePlace(wanting: Wanting): (() => void) | undefined {
  const { request, target, claim } = wanting
  if (!request.separate) return takeSource(wanting, undefined)
  const own = listeners[target.family]
  const place = own.claim(claim)
  if (place) return takeSource(wanting, place)
  wanting.waits({ address: target.address, reason: 'listener', used: own.size, nextMs: undefined })
  return waiting(
    (again) => own.wait(again),
    () => approach(wanting),
  )
}

/** Waits, then goes on, which may take another wait; gives what ends whichever it is. */
function waiting(wait: (again: () => void) => () => void, goOn: () => (() => void) | undefined): () => void {
  let cancel: (() => void) | undefined = wait(() => {
    cancel = goOn()
  })
  return () => cancel?.()
}

function takeSource(wanting: Wanting, place: Place | undefined): (() => void) | undefined {
  const { target } = wanting
  try {
    const source = openSource(target)
    if (source) {
      wanting.got({ source, place })
      return undefined
    }
  } catch (error) {
    place?.leave()
    throw error
  }
  // A place is not kept from others meanwhile.
  place?.leave()
  let used = 0
  let nextMs: number | undefined
  const end = waiting(
    (again) => {
      const port = waitForSource(target, again)
      used = port.used
      nextMs = port.nextMs
      return port.cancel
    },
    () => approach(wanting),
  )
  wanting.waits({ address: target.address, reason: 'port', used, nextMs })
  return end
}
