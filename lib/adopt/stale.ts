import { linkSync, mkdtempSync, renameSync, rmdirSync, unlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { SystemError } from '../errors.js'
import type { Finding, Occupant } from './occupant.js'

const cameBetween: Finding = { stale: undefined, why: 'another file came in its place' }

/** Puts a file back that was moved by mistake, unless there is another at its path by now. */
function putBack(aside: string, path: string): Finding {
  try {
    linkSync(aside, path)
    unlinkSync(aside)
    return cameBetween
  } catch (error) {
    const { code } = error as SystemError
    return { stale: false, why: `a server came at the same time, whose socket is now ${aside} (${code})` }
  }
}

function moveAway(occupant: Occupant, path: string, aside: string): Finding | undefined {
  renameSync(path, aside)
  if (!occupant.isAt(aside)) return putBack(aside, path)
  unlinkSync(aside)
  return undefined
}

function removeFolder(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // It holds what could not be put back.
  }
}

/**
 * Removes a stale file: moves it to a name that nobody else can reach, makes sure there that it is the very one, and
 * unlinks it. A file that came to the path in the meantime is put back.
 *
 * @returns what is in the way; undefined where the path is free now
 */
export function removeStale(occupant: Occupant, path: string): Finding | undefined {
  if (!occupant.isOwn) return { stale: true, why: "nobody listens there any more, but it is another user's" }
  let folder: string | undefined
  try {
    if (!occupant.isAt(path)) return cameBetween
    folder = mkdtempSync(`${path}.`)
    return moveAway(occupant, path, join(folder, basename(path)))
  } catch (error) {
    const { message } = error as SystemError
    return { stale: true, why: `nobody listens there any more, but it cannot be removed: ${message}` }
  } finally {
    if (folder !== undefined) removeFolder(folder)
  }
}
