import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { unsupported } from './errors.js'
import { packageRoot } from './root.js'

/**
 * The addon: system calls and nothing else. Each function returns a descriptor, a length or 0, or a negated errno
 * (-EINVAL for a number that is not a 32-bit integer), and throws a TypeError for an argument of the wrong type.
 */
export interface Native {
  /** The integer that `getInt`, `listen` and `receiveDescriptors` answer in. Read it right after the call, and never transfer it. */
  memory(): Int32Array
  /** Creates a close-on-exec, non-blocking socket, owned by this environment until `close` or `release`. */
  socket(family: number, type: number, protocol: number): number
  bind(fd: number, address: Uint8Array): number
  connect(fd: number, address: Uint8Array): number
  /** With an address, binds and listens in one step. Leaves 1 in the memory when it was bind(2) that failed. */
  listen(fd: number, backlog: number, address?: Uint8Array): number
  getsockname(fd: number, address: Uint8Array): number
  getpeername(fd: number, address: Uint8Array): number
  shutdown(fd: number, how: number): number
  /** Closes an owned descriptor; -EBADF for any other. */
  close(fd: number): number
  /** Takes over a descriptor that is open, and that nobody else will close. */
  own(fd: number): number
  /** Gives an owned descriptor up without closing it. */
  release(fd: number): number
  /** Duplicates a descriptor, close-on-exec; the duplicate is owned. */
  dup(fd: number): number
  /** Reads a 4-byte option into the memory. */
  getInt(fd: number, level: number, name: number): number
  setInt(fd: number, level: number, name: number, value: number): number
  /** Reads an option into `value` and returns its length. */
  getsockopt(fd: number, level: number, name: number, value: Uint8Array): number
  setsockopt(fd: number, level: number, name: number, value: Uint8Array): number
  /** Sets an option whose value points to a classic BPF program, given as the bytes of its instructions. */
  setProgram(fd: number, level: number, name: number, instructions: Uint8Array): number
  interfaceIndex(name: Uint8Array): number
  interfaceName(index: number, name: Uint8Array): number
  /** Opens the network namespace of this thread. */
  networkNamespace(): number
  /** Makes a network namespace, its loopback interface up, and opens it. */
  createNetworkNamespace(): number
  /** Moves this thread to a network namespace. */
  setNetworkNamespace(fd: number): number
  /** Sends without waiting. */
  send(fd: number, message: Uint8Array): number
  /** Receives without waiting; returns the length of the whole datagram, which may be more than there was room for. */
  receive(fd: number, target: Uint8Array): number
  /**
   * Writes the sockets that a process has open, each as two uint32: its descriptor and its inode. Returns how many there
   * are, which may be more than there was room for.
   */
  processSockets(pid: number, pairs: Uint8Array): number
  /** Opens a descriptor that stands for a process (pidfd_open), close-on-exec and owned. */
  openProcess(pid: number): number
  /** Duplicates a descriptor of the process that `process` stands for (pidfd_getfd), close-on-exec and owned. */
  getProcessDescriptor(process: number, fd: number): number
  /** Sends a message, and with it descriptors, given as the bytes of an Int32Array: at most 253, or -EINVAL. */
  sendDescriptors(fd: number, message: Uint8Array, descriptors: Uint8Array): number
  /**
   * Receives a message, and the descriptors that come with it: close-on-exec, owned, their numbers written as int32 and
   * their count to the memory. All are closed where `descriptors` has no room for them (-EMSGSIZE), or where the process
   * may not open as many (-EMFILE).
   */
  receiveDescriptors(fd: number, target: Uint8Array, descriptors: Uint8Array): number
  /** Makes an owned descriptor stand for what another one stands for, close-on-exec and non-blocking. */
  replace(fd: number, replacement: number): number
}

/** What kept the addon from loading, in the first line of its error. */
function reasonOf(cause: unknown): string | undefined {
  return String((cause as Error).message).split('\n')[0]
}

function load(): Native {
  try {
    const gypBuild: (directory: string) => Native = createRequire(import.meta.url)('node-gyp-build')
    return gypBuild(fileURLToPath(packageRoot))
  } catch (cause) {
    const machine = `${process.platform} ${process.arch} with Node.js ${process.version}`
    throw unsupported(`sockctl has no binary that loads on ${machine}: ${reasonOf(cause)}`, { cause })
  }
}

/** The addon of this environment. */
export const native = load()

/** The memory that `native.getInt`, `native.listen` and `native.receiveDescriptors` answer in. */
export const memory = native.memory()
