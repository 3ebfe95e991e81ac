import { closeSync, readdirSync, readlinkSync } from 'node:fs'
import { errnoOf } from '../../lib/errors.js'
import { native } from '../../lib/native.js'
import { families, types } from '../../lib/platform.js'
import { encodeAddress } from '../../lib/sockaddr.js'
import { type ExportName, kindsOf } from './signatures.js'

/** What a call came to: the number that it returned, or what it threw. */
export type Outcome = { returned: unknown } | { thrown: unknown }

const ebadf = errnoOf('EBADF')
const loopback = encodeAddress('ipv4', { address: '127.0.0.1', port: 0 })
/** Port 1, where nobody listens. */
const nobodyThere = encodeAddress('ipv4', { address: '127.0.0.1', port: 1 })

/** Arguments that each call takes, with a TCP socket for a descriptor. */
const sound: Record<ExportName, (fd: number) => unknown[]> = {
  memory: () => [],
  socket: () => [families.ipv4, types.stream, 0],
  bind: (fd) => [fd, loopback],
  connect: (fd) => [fd, nobodyThere],
  listen: (fd) => [fd, 1, loopback],
  getsockname: (fd) => [fd, new Uint8Array(128)],
  getpeername: (fd) => [fd, new Uint8Array(128)],
  shutdown: (fd) => [fd, 2],
  close: (fd) => [fd],
  own: (fd) => [fd],
  release: (fd) => [fd],
  dup: (fd) => [fd],
  getInt: (fd) => [fd, 1, 2],
  setInt: (fd) => [fd, 1, 2, 1],
  getsockopt: (fd) => [fd, 1, 2, new Uint8Array(4)],
  setsockopt: (fd) => [fd, 1, 2, Uint8Array.of(1, 0, 0, 0)],
  // A program of one instruction: let all through. SO_ATTACH_FILTER
  setProgram: (fd) => [fd, 1, 26, Uint8Array.of(6, 0, 0, 0, 255, 255, 255, 255)],
  interfaceIndex: () => [Buffer.from('lo')],
  interfaceName: () => [1, new Uint8Array(16)],
  networkNamespace: () => [],
  createNetworkNamespace: () => [],
  setNetworkNamespace: (fd) => [fd],
  send: (fd) => [fd, Uint8Array.of(0)],
  receive: (fd) => [fd, new Uint8Array(64)],
  processSockets: () => [process.pid, new Uint8Array(64)],
  openProcess: () => [process.pid],
  getProcessDescriptor: (fd) => [fd, 0],
  sendDescriptors: (fd) => [fd, Uint8Array.of(0), new Uint8Array(0)],
  receiveDescriptors: (fd) => [fd, new Uint8Array(64), new Uint8Array(64)],
  replace: (fd) => [fd, fd],
}

/** Calls an export with any arguments at all. */
export function callRaw(name: ExportName, args: readonly unknown[]): Outcome {
  try {
    return { returned: Reflect.apply(native[name], undefined, args) }
  } catch (thrown) {
    return { thrown }
  }
}

/** A TCP socket of the addon's. */
export function openSocket(): number {
  const fd = native.socket(families.ipv4, types.stream, 0)
  if (fd < 0) throw new Error(`socket failed with ${fd}`)
  return fd
}

/** The exports that return a descriptor. */
export const makesDescriptor: ReadonlySet<ExportName> = new Set([
  'socket',
  'dup',
  'networkNamespace',
  'createNetworkNamespace',
  'openProcess',
  'getProcessDescriptor',
])

/** Calls an export with sound arguments but for what `change` does to them, and leaves no descriptor behind. */
export function callChanged(name: ExportName, change: (args: unknown[]) => unknown[]): Outcome {
  const fd = openSocket()
  const outcome = callRaw(name, change(sound[name](fd)))
  if ('returned' in outcome && makesDescriptor.has(name) && Number(outcome.returned) >= 0) {
    native.close(Number(outcome.returned))
  }
  // Given up by release() it is ours to close; closed by close() it is gone.
  if (native.close(fd) === ebadf && name === 'release') closeSync(fd)
  return outcome
}

/** Calls an export with one argument replaced. */
export function callReplaced(name: ExportName, index: number, value: unknown): Outcome {
  return callChanged(name, (args) => args.with(index, value))
}

/** The places of an export's arguments that are of some kind. */
export function placesOf(name: ExportName, kinds: readonly string[]): number[] {
  return [...kindsOf(name).entries()].filter(([, kind]) => kinds.includes(kind)).map(([index]) => index)
}

/** What every open descriptor of this process leads to. */
export function descriptorLinks(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [`${fd} ${readlinkSync(`/proc/self/fd/${fd}`)}`]
    } catch {
      // The descriptor of the listing itself.
      return []
    }
  })
}

/** The network namespace of this thread. */
export function currentNamespace(): string {
  return readlinkSync('/proc/thread-self/ns/net')
}
