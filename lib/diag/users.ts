import { existsSync, readFileSync } from 'node:fs'

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    // There is none, or it is hidden here.
    return undefined
  }
}

/** The names of /etc/passwd, by number. */
export function readUsers(): ReadonlyMap<number, string> {
  const fields = (read('/etc/passwd') ?? '').split('\n').map((line) => line.split(':'))
  return new Map(fields.filter(([, , uid]) => uid !== undefined).map(([name = '', , uid]) => [Number(uid), name]))
}

/** Whether this user namespace is known to have every user by the same number, as the first one does. */
export function hasAllUsers(): boolean {
  const map = read('/proc/thread-self/uid_map')
  // A kernel without user namespaces has no such file.
  if (map === undefined) return existsSync('/proc/thread-self') && !existsSync('/proc/thread-self/uid_map')
  return /^0\s+0\s+4294967295$/.test(map)
}

let anyone: number | undefined

/**
 * Whether a number may be any user's: a user namespace shows all that it has no number for as one, which may be one of its
 * own too.
 *
 * @see user_namespaces(7), kernel.overflowuid
 */
export function isAnyone(uid: number | undefined): boolean {
  anyone ??= hasAllUsers() ? -1 : Number(read('/proc/sys/kernel/overflowuid') ?? 65534)
  return uid === anyone
}
