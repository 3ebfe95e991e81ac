import { type BigIntStats, closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs'

/** The number of a device in the form of `dev` of `fs.Stats`. */
export function deviceNumber(major: number, minor: number): number {
  return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)
}

/** O_PATH of open(2), which Node has no name for: it opens a socket's file too, and takes no right to it. */
const openPath = 0o10000000

/** The device of the mount that a descriptor's file is on; undefined where /proc does not tell. */
function mountDevice(fd: number): number | undefined {
  try {
    const mount = /^mnt_id:\s*(\d+)$/m.exec(readFileSync(`/proc/thread-self/fdinfo/${fd}`, 'latin1'))?.[1]
    const mounts = readFileSync('/proc/thread-self/mountinfo', 'latin1').split('\n')
    const line = mounts.find((one) => one.startsWith(`${mount} `))
    const [, major, minor] = /^\d+ \d+ (\d+):(\d+) /.exec(line ?? '') ?? []
    return major === undefined ? undefined : deviceNumber(Number(major), Number(minor))
  } catch {
    return undefined
  }
}

/**
 * The file at a path, to be compared with the entries of Unix sockets, and held: until it is disposed of, no other file
 * gets its inode. Of some file systems, btrfs and overlayfs among them, stat(2) tells another device than that of the
 * mount, which sock_diag tells.
 *
 * @see mnt_id in proc_pid_fdinfo(5), proc_pid_mountinfo(5)
 */
export class SocketFile implements Disposable {
  readonly #fd: number
  readonly #stats: BigIntStats

  /** @throws a system error of `open` */
  constructor(path: string) {
    this.#fd = openSync(path, openPath | constants.O_NOFOLLOW)
    this.#stats = fstatSync(this.#fd, { bigint: true })
  }

  /** The lower 32 bits of its inode, which are all that sock_diag tells. */
  get inode(): number {
    return Number(BigInt.asUintN(32, this.#stats.ino))
  }

  get device(): number {
    return mountDevice(this.#fd) ?? Number(this.#stats.dev)
  }

  /** Whether the file is at a path. */
  isAt(path: string): boolean {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return stats?.ino === this.#stats.ino && stats.dev === this.#stats.dev
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd)
  }
}
