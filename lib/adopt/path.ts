import { chmodSync, lstatSync, type Stats, unlinkSync } from 'node:fs'
import type net from 'node:net'

/** Who else may use a Unix socket. */
export interface PathAccess {
  readonly readableAll?: boolean | undefined
  readonly writableAll?: boolean | undefined
}

function isSame(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev
}

function allow(path: string, mode: number, { readableAll, writableAll }: PathAccess): void {
  const more = (readableAll ? 0o444 : 0) | (writableAll ? 0o222 : 0)
  if (more) chmodSync(path, mode | more)
}

/**
 * Gives the file of a Unix socket its mode, and removes it with the server, unless another file has taken its place by
 * then. An abstract name has no file.
 */
export function tendPath(server: net.Server, path: string, access: PathAccess): void {
  if (path.startsWith('\0')) return
  const own = lstatSync(path)
  allow(path, own.mode, access)
  server.once('close', () => removePath(path, own))
}

/**
 * Removes the file of a Unix socket, if it is still the one that is meant. A process that gave up its privileges since
 * may not, and then the file stays: nobody waits here for an error.
 */
export function removePath(path: string, own?: Stats): void {
  if (path.startsWith('\0')) return
  try {
    if (own === undefined || isSame(lstatSync(path), own)) unlinkSync(path)
  } catch {}
}
