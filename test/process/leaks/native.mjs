// One use of each native function.
import assert from 'node:assert'
import net from 'node:net'
import { isMainThread } from 'node:worker_threads'
import { native } from '../../../dist/native.js'

const unix = 1
const inet = 2
const datagram = 2
const stream = 1
const solSocket = 1
const soReuseAddr = 2
const loopback = new Uint8Array([inet, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0])
const bytes = new Uint8Array(128)

/** Makes a socket, uses it and closes it; gives what the use returned. */
function withFd(use) {
  const fd = native.socket(inet, stream, 0)
  assert(fd >= 0)
  const result = use(fd)
  native.close(fd)
  return result
}

function closeOwned(fd) {
  if (fd >= 0) native.close(fd)
}

/** Sends two descriptors to a datagram socket, and hands that to a function. */
function withLetter(use) {
  const [sender, receiver] = [native.socket(unix, datagram, 0), native.socket(unix, datagram, 0)]
  const address = new Uint8Array(Buffer.from(`\x01\x00\x00sockctl-leaks-${process.pid}-${receiver}-${isMainThread}`))
  native.bind(receiver, address)
  native.connect(sender, address)
  const sent = native.sendDescriptors(sender, bytes, new Uint8Array(Int32Array.of(sender, sender).buffer))
  const result = sent < 0 ? sent : use(receiver)
  native.close(sender)
  native.close(receiver)
  return result
}

/** One right use of each native function. What it returns has to be no errno, unless the system may refuse. */
export const nativeUses = {
  memory: () => native.memory().length,
  socket: () => withFd((fd) => fd),
  bind: () => withFd((fd) => native.bind(fd, loopback)),
  connect: () => withFd((fd) => native.connect(fd, loopback) && 0),
  listen: () => withFd((fd) => native.listen(fd, 1, loopback)),
  getsockname: () => withFd((fd) => native.getsockname(fd, bytes)),
  getpeername: () => withFd((fd) => native.getpeername(fd, bytes) && 0),
  shutdown: () => withFd((fd) => native.shutdown(fd, 2) && 0),
  close: () => native.close(native.socket(inet, stream, 0)),
  own: () => {
    const fd = native.socket(inet, stream, 0)
    native.release(fd)
    native.own(fd)
    return native.close(fd)
  },
  release: () => {
    const fd = native.socket(inet, stream, 0)
    const socket = new net.Socket({ fd })
    const result = native.release(fd)
    socket.destroy()
    return result
  },
  dup: () => withFd((fd) => native.close(native.dup(fd))),
  getInt: () => withFd((fd) => native.getInt(fd, solSocket, soReuseAddr)),
  setInt: () => withFd((fd) => native.setInt(fd, solSocket, soReuseAddr, 1)),
  getsockopt: () => withFd((fd) => native.getsockopt(fd, solSocket, soReuseAddr, bytes)),
  setsockopt: () => withFd((fd) => native.setsockopt(fd, solSocket, soReuseAddr, new Uint8Array(4))),
  setProgram: () => withFd((fd) => native.setProgram(fd, solSocket, 26, program) && 0),
  send: () => withFd((fd) => native.send(fd, bytes) && 0),
  receive: () => withFd((fd) => native.receive(fd, bytes) && 0),
  processSockets: () => native.processSockets(process.pid, new Uint8Array(4096)),
  openProcess: () => closeOwned(native.openProcess(process.pid)),
  getProcessDescriptor: () => {
    const opened = native.openProcess(process.pid)
    closeOwned(native.getProcessDescriptor(opened, 0))
    return native.close(opened)
  },
  sendDescriptors: () => withLetter(() => 0),
  receiveDescriptors: () =>
    withLetter((receiver) => {
      const fds = new Int32Array(8)
      const length = native.receiveDescriptors(receiver, bytes, new Uint8Array(fds.buffer))
      for (const fd of fds.subarray(0, native.memory()[0])) closeOwned(fd)
      return length
    }),
  replace: () => withFd((fd) => withFd((other) => native.replace(fd, other))),
  interfaceIndex: () => native.interfaceIndex(Buffer.from('lo')),
  interfaceName: () => native.interfaceName(1, bytes),
  networkNamespace: () => native.close(native.networkNamespace()),
  createNetworkNamespace: () => closeOwned(native.createNetworkNamespace()),
  setNetworkNamespace: () => {
    const fd = native.networkNamespace()
    native.setNetworkNamespace(fd)
    return native.close(fd)
  },
}

/** One instruction of classic BPF, which lets everything pass. */
const program = Uint8Array.of(6, 0, 0, 0, 255, 255, 255, 255)

const notNumbers = [0.5, Number.NaN, {}, null]
const closedFd = [[-1], [-1, 1, 1, 1], [-1, loopback], [-1, 1, loopback], [-1, 1, 1, bytes]]
const wrongArguments = [[], ['x'], [loopback], [1e10, 1, 1, 1], notNumbers, ...closedFd]

export function useNative() {
  for (const [name, use] of Object.entries(nativeUses)) {
    assert(!(use() < 0), `native.${name}`)
    for (const values of wrongArguments) {
      try {
        closeOwned(native[name](...values))
      } catch (error) {
        assert.strictEqual(error.code, 'ERR_INVALID_ARG_TYPE', `native.${name}`)
      }
    }
  }
}
