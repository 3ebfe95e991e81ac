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
  try {
    allow(path, own.mode, access)
  } catch (error) {
    unlinkSync(path)
    throw error
  }
  server.once('close', () => {
    const now = lstatSync(path, { throwIfNoEntry: false })
    if (now && isSame(now, own)) unlinkSync(path)
  })
}
