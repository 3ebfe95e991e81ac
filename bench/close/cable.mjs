import { execFileSync } from 'node:child_process'
import { BareSocket } from '../../dist/index.js'
import { native } from '../../dist/native.js'

/** The addresses of the two ends, by family. */
export const addresses = {
  ipv4: { here: '10.99.0.1', there: '10.99.0.2' },
  ipv6: { here: 'fd99::1', there: 'fd99::2' },
}

function ip(...words) {
  execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'inherit'] })
}

function move(fd) {
  const errno = native.setNetworkNamespace(fd)
  if (errno < 0) throw new Error(`setns failed with ${errno}`)
}

function raise(end) {
  ip('address', 'add', `${addresses.ipv4[end]}/24`, 'dev', end)
  ip('address', 'add', `${addresses.ipv6[end]}/64`, 'dev', end, 'nodad')
  ip('link', 'set', end, 'up')
}

/** Two network namespaces and a cable (veth) between them. This thread is in one of them until `remove()`. */
export class Cable {
  #home = native.networkNamespace()
  #here = native.createNetworkNamespace()
  #there = native.createNetworkNamespace()
  /** The next port of the other end. None is used twice, so that it stands for its connection ever after. */
  #port = 10_000

  constructor() {
    if (this.#here < 0 || this.#there < 0) throw new Error('a network namespace takes root')
    move(this.#here)
    const other = `/proc/${process.pid}/fd/${this.#there}`
    ip('link', 'add', 'here', 'type', 'veth', 'peer', 'name', 'there', 'netns', other)
    raise('here')
    this.there(() => raise('there'))
  }

  /** Runs a function, which must not wait, at the other end. */
  there(run) {
    move(this.#there)
    try {
      return run()
    } finally {
      move(this.#here)
    }
  }

  /**
   * Connects a socket of the other end to a port of this one.
   *
   * @param {'ipv4' | 'ipv6'} family
   */
  dial(family, port) {
    const socket = this.there(() => new BareSocket(family))
    socket.bind({ port: this.#port++ })
    const address = Buffer.alloc(family === 'ipv4' ? 16 : 28)
    address.writeUInt16LE(family === 'ipv4' ? 2 : 10, 0)
    address.writeUInt16BE(port, 2)
    if (family === 'ipv4') address.set([10, 99, 0, 1], 4)
    else address.set([0xfd, 0x99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 8)
    native.connect(socket.fd, address)
    return socket
  }

  /** Takes the interface of the other end down. */
  cut() {
    this.there(() => ip('link', 'set', 'there', 'down'))
  }

  /** Puts the cable back; an interface that goes down loses its IPv6 address. */
  mend() {
    this.there(() => {
      ip('link', 'set', 'there', 'up')
      ip('address', 'replace', `${addresses.ipv6.there}/64`, 'dev', 'there', 'nodad')
    })
  }

  remove() {
    move(this.#home)
    for (const fd of [this.#here, this.#there, this.#home]) native.close(fd)
  }
}
