import { type BigIntStats, chmodSync, lstatSync, unlinkSync } from 'node:fs'
import type net from 'node:net'

/** Who else may use a Unix socket. */
export interface PathAccess {
  readonly readableAll?: boolean | undefined
  readonly writableAll?: boolean | undefined
}

/** Whether a path is an abstract name, which has no file. */
export function isAbstract(path: string): boolean {
  return path.startsWith('\0')
}

function statsOf(path: string): BigIntStats {
  return lstatSync(path, { bigint: true })
}

/** A file system may give the number of a file that is gone to the next one: when it was made tells them apart. */
function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.ino === other.ino && one.dev === other.dev && one.birthtimeNs === other.birthtimeNs
}

function allow(path: string, mode: number, { readableAll, writableAll }: PathAccess): void {
  const more = (readableAll ? 0o444 : 0) | (writableAll ? 0o222 : 0)
  if (more) chmodSync(path, mode | more)
}

/** What removes the file that goes with a server. */
const removers = new WeakMap<net.Server, () => void>()

/**
 * Gives the file of a Unix socket its mode. An abstract name has no file.
 *
 * @returns what removes the file once the server stops listening, unless another file has taken its place by then
 */
export function tendPath(server: net.Server, path: string, access: PathAccess): () => void {
  if (isAbstract(path)) return () => {}
  allow(path, Number(statsOf(path).mode), access)
  const remove = removerOf(path)
  removers.set(server, remove)
  return () => {
    if (removers.get(server) === remove) remove()
  }
}

/** Leaves the file of a server's Unix socket where it is when the server closes: another one serves there. */
export function leavePath(server: net.Server): void {
  removers.delete(server)
}

/** Notes the file of a Unix socket, and gives what removes it unless another has taken its place by then. */
export function removerOf(path: string): () => void {
  if (isAbstract(path)) return () => {}
  const own = statsOf(path)
  return () => removePath(path, own)
}

/**
 * Removes the file of a Unix socket, if it is still the one that is meant. A process that gave up its privileges since
 * may not, and then the file stays: nobody waits here for an error.
 */
export function removePath(path: string, own?: BigIntStats): void {
  if (isAbstract(path)) return
  try {
    if (own === undefined || isSame(statsOf(path), own)) unlinkSync(path)
  } catch {}
}
