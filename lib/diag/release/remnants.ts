import { unlinkSync } from 'node:fs'
import type { SystemError } from '../../errors.js'
import { destroySocket } from '../destroy.js'
import type { SocketEntry } from '../entry.js'
import type { Cause } from '../explain/cause.js'
import { explainAddressInUse } from '../explain.js'
import { isOrphan, isRemnant } from '../rules.js'

/** What came of a removal. */
export interface Removal {
  /** How many are gone. */
  removed: number
  /** Why the others are not: the name of the error; undefined where none is left. */
  refusal: string | undefined
}

function refusalOf(error: unknown): string | undefined {
  const { code } = error as SystemError
  // It went by itself meanwhile.
  return code === 'ENOENT' ? undefined : code
}

function destroyOne(entry: SocketEntry): string | undefined {
  try {
    destroySocket(entry)
    return undefined
  } catch (error) {
    return refusalOf(error)
  }
}

function destroyAll(entries: readonly SocketEntry[]): Removal {
  const refusals = entries.map(destroyOne).filter((code) => code !== undefined)
  return { removed: entries.length - refusals.length, refusal: refusals[0] }
}

/** Removes the remnants that stand in the way, and touches nothing else. It takes CAP_NET_ADMIN. */
export function removeRemnants(causes: readonly Cause[]): Removal {
  return destroyAll(causes.flatMap(({ sockets }) => sockets.filter(isRemnant)))
}

/** Removes the orphans that stand in the way, with what they still have to send. It takes CAP_NET_ADMIN. */
export function removeOrphans(causes: readonly Cause[]): Removal {
  return destroyAll(causes.flatMap(({ sockets }) => sockets.filter(isOrphan)))
}

/** Removes the file of a Unix socket, if it is seen right before that nobody has bound it. */
export function removeStalePath(path: string): Removal {
  const { causes } = explainAddressInUse({ path })
  const isStale = causes.every(({ kind, blocks }) => kind === 'stale-path' && blocks === true)
  if (!isStale) return { removed: 0, refusal: undefined }
  try {
    unlinkSync(path)
    return { removed: 1, refusal: undefined }
  } catch (error) {
    return { removed: 0, refusal: refusalOf(error) }
  }
}
