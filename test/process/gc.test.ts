import { once } from 'node:events'
import { readlinkSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import v8 from 'node:v8'
import vm from 'node:vm'
import { describe, expect, test } from 'vitest'
import { connect, drain, listen } from '../../lib/adopt/index.js'
import { errnoOf } from '../../lib/errors.js'
import { fdOf } from '../../lib/handle.js'
import { native } from '../../lib/native.js'
import { BareSocket } from '../../lib/sockets/index.js'
import { closed, stockServer } from '../support.js'

v8.setFlagsFromString('--expose-gc')
const gc: () => void = vm.runInNewContext('gc')

/** Collects until an object is gone. A WeakRef keeps its object alive until the turn of the event loop ends. */
async function collect(reference: WeakRef<object>): Promise<boolean> {
  for (let round = 0; round < 10 && reference.deref(); round++) {
    await nextTurn()
    gc()
  }
  return reference.deref() === undefined
}

function linkOf(fd: number): string {
  return readlinkSync(`/proc/self/fd/${fd}`)
}

/** Opens a socket and drops it: what is left is its descriptor. */
function drop(): { fd: number; link: string; reference: WeakRef<BareSocket> } {
  const socket = new BareSocket('ipv4')
  return { fd: socket.fd, link: linkOf(socket.fd), reference: new WeakRef(socket) }
}

describe('BareSocket', () => {
  test('that was dropped and collected leaves its descriptor open', async () => {
    const { fd, link, reference } = drop()
    expect(await collect(reference)).toBe(true)
    expect(linkOf(fd)).toBe(link)
    expect(native.getInt(fd, 1, 2)).toBe(0)
    expect(native.close(fd)).toBe(0)
  })

  test('that was closed before its collection does not close its successor', async () => {
    const reference = (() => {
      const socket = new BareSocket('ipv4')
      socket.close()
      return new WeakRef(socket)
    })()
    using successor = new BareSocket('ipv4')
    const link = linkOf(successor.fd)
    expect(await collect(reference)).toBe(true)
    expect(linkOf(successor.fd)).toBe(link)
  })

  test('that was detached before its collection leaves the descriptor to its new owner', async () => {
    const { reference, fd } = (() => {
      const socket = new BareSocket('ipv4')
      return { reference: new WeakRef(socket), fd: socket.detach() }
    })()
    expect(await collect(reference)).toBe(true)
    const adopted = new net.Socket({ fd, readable: false, writable: false })
    adopted.destroy()
    await closed(adopted)
  })

  test('opens and closes without leaving anything to collect but itself', async () => {
    for (let round = 0; round < 1000; round++) new BareSocket('ipv4').close()
    gc()
    const before = process.memoryUsage().heapUsed
    for (let round = 0; round < 20_000; round++) new BareSocket('ipv4').close()
    gc()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2 ** 20)
  })
})

/** A server of sockctl's that echoes, of which only the port, a reference and a way to close it are left. */
async function echoServer(): Promise<{ port: number; bare: WeakRef<BareSocket>; close: () => Promise<void> }> {
  let bare: WeakRef<BareSocket> | undefined
  const server = await listen(
    net.createServer((socket) => socket.pipe(socket)),
    {
      host: '127.0.0.1',
      control: (socket) => {
        bare = new WeakRef(socket)
      },
    },
  )
  const close = async () => {
    server.close()
    await once(server, 'close')
  }
  return { port: (server.address() as net.AddressInfo).port, bare: bare as WeakRef<BareSocket>, close }
}

/** What the control function of `listen` or `connect` was given. */
class Keeper {
  bare: BareSocket | undefined
  readonly control = (socket: BareSocket) => {
    this.bare = socket
  }
}

/** The bare socket has nothing left to close, and its descriptor is not the addon's to close any more. */
function expectGiven({ bare }: Keeper, owner: net.Socket | net.Server): void {
  expect(bare?.fd).toBe(-1)
  expect(native.close(fdOf(owner))).toBe(errnoOf('EBADF'))
}

describe('listen', () => {
  test('leaves the descriptor to the server alone', async () => {
    const keeper = new Keeper()
    const server = await listen(net.createServer(), { host: '127.0.0.1', control: keeper.control })
    expectGiven(keeper, server)
    server.close()
    await closed(server)
  })

  test('gives a server that works when its bare socket is collected', async () => {
    const { port, bare, close } = await echoServer()
    expect(await collect(bare)).toBe(true)
    const client = net.connect(port, '127.0.0.1')
    client.write('after the collection')
    expect(String((await once(client, 'data'))[0])).toBe('after the collection')
    client.destroy()
    await close()
  })
})

describe('connect', () => {
  test('leaves the descriptor to the socket alone', async () => {
    const { server, port } = await stockServer((socket) => socket.resume())
    const keeper = new Keeper()
    const client = await connect({ host: '127.0.0.1', port, control: keeper.control })
    expectGiven(keeper, client)
    client.destroy()
    server.close()
    await Promise.all([closed(client), closed(server)])
  })

  test('gives a socket that works when its bare socket is collected', async () => {
    const { server, port } = await stockServer((socket) => socket.pipe(socket))
    let bare: WeakRef<BareSocket> | undefined
    const client = await connect({
      host: '127.0.0.1',
      port,
      control: (socket) => {
        bare = new WeakRef(socket)
      },
    })
    expect(await collect(bare as WeakRef<BareSocket>)).toBe(true)
    const link = linkOf(fdOf(client))
    client.write('after the collection')
    expect(String((await once(client, 'data'))[0])).toBe('after the collection')
    expect(linkOf(fdOf(client))).toBe(link)
    client.destroy()
    server.close()
    await Promise.all([closed(client), closed(server)])
  })
})

describe('an HTTP server', () => {
  test('that was drained is collected', async () => {
    const drained = async () => {
      const server = await listen(http.createServer(), { host: '127.0.0.1' })
      const gone = once(server, 'close')
      await drain(server)
      await gone
      return new WeakRef(server)
    }
    expect(await collect(await drained())).toBe(true)
  })
})
