import { once } from 'node:events'
import { closeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { beforeAll, describe, expect, test } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { native } from '../../lib/native.js'
import { BareSocket } from '../../lib/sockets/index.js'
import { currentNamespace, descriptorLinks } from '../native/frame.js'
import { built, isRoot } from '../support.js'

/** Starts a worker that has the built package as `sockctl` and its addon as `native` and `memory`. */
function startWorker(program: string, workerData?: unknown): Worker {
  const text = `
    const { parentPort, workerData } = require('node:worker_threads')
    const { readlinkSync } = require('node:fs')
    const post = (value) => parentPort.postMessage(value)
    const main = async () => {
      const sockctl = await import('${built}index.js')
      const { native, memory } = await import('${built}native.js')
      ${program}
    }
    main()`
  return new Worker(text, { eval: true, workerData, execArgv: [] })
}

/** The first message of a worker. */
async function messageOf<Message>(worker: Worker): Promise<Message> {
  const [message] = await once(worker, 'message')
  return message as Message
}

/** The exit code of a worker, once it has ended. */
function endOf(worker: Worker): Promise<number> {
  return new Promise((resolve) => worker.once('exit', resolve))
}

const forever = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)'
const ipTtl = [0, 2] as const

beforeAll(async () => {
  // What the first worker of a process leaves open for the others is not the addon's.
  await endOf(startWorker(''))
})

describe('several workers', () => {
  test('load the addon at once and use it', async () => {
    const program = `
      const socket = new sockctl.BareSocket('ipv4')
      socket.listen(1, { address: '127.0.0.1' })
      post(socket.address().port)
      socket.close()`
    const workers = Array.from({ length: 8 }, () => startWorker(program))
    const exits = workers.map(endOf)
    const ports = await Promise.all(workers.map((worker) => messageOf<number>(worker)))
    for (const port of ports) expect(port).toBeGreaterThan(0)
    expect(await Promise.all(exits)).toEqual(Array(8).fill(0))
  })

  test('have a memory each, so that no value gets into another worker', async () => {
    const gate = new Int32Array(new SharedArrayBuffer(4))
    const program = `
      const { gate, ttl } = workerData
      const fd = native.socket(2, 1, 0)
      native.setInt(fd, 0, 2, ttl)
      post('ready')
      Atomics.wait(gate, 0, 0)
      let mixed = 0
      for (let round = 0; round < 200_000; round++) if (native.getInt(fd, 0, 2) !== 0 || memory[0] !== ttl) mixed++
      native.close(fd)
      post(mixed)`
    const workers = [101, 102, 103, 104].map((ttl) => startWorker(program, { gate, ttl }))
    await Promise.all(workers.map((worker) => messageOf(worker)))
    const results = Promise.all(workers.map((worker) => messageOf<number>(worker)))
    Atomics.store(gate, 0, 1)
    Atomics.notify(gate, 0)
    const own = new BareSocket('ipv4')
    native.setInt(own.fd, ...ipTtl, 100)
    for (let round = 0; round < 200_000; round++) {
      native.getInt(own.fd, ...ipTtl)
      if (native.memory()[0] !== 100) throw new Error('a value of a worker')
    }
    own.close()
    expect(await results).toEqual([0, 0, 0, 0])
    await Promise.all(workers.map((worker) => worker.terminate()))
  })

  test('cannot close or release what another owns', async () => {
    const own = new BareSocket('ipv4')
    const worker = startWorker(
      `
      const socket = new sockctl.BareSocket('ipv4')
      post({ fd: socket.fd, answers: [native.close(workerData), native.release(workerData)] })
      ${forever}`,
      own.fd,
    )
    const { fd, answers } = await messageOf<{ fd: number; answers: number[] }>(worker)
    expect(answers).toEqual([errnoOf('EBADF'), errnoOf('EBADF')])
    expect(native.close(fd)).toBe(errnoOf('EBADF'))
    expect(native.release(fd)).toBe(errnoOf('EBADF'))
    await worker.terminate()
    own.close()
  })
})

describe('a worker that ends', () => {
  const openMany = `
    const sockets = Array.from({ length: 50 }, () => new sockctl.BareSocket('ipv4'))
    for (const socket of sockets.slice(25)) socket.listen(1, { address: '127.0.0.1' })
    const others = [native.dup(sockets[0].fd), native.networkNamespace()]
    const links = [...sockets.map(({ fd }) => fd), ...others].map((fd) => readlinkSync('/proc/self/fd/' + fd))`

  test.each([
    ['terminated while it waits', `post(links); ${forever}`, true],
    ['terminated while it runs', 'post(links); for (;;) native.getInt(sockets[0].fd, 0, 2)', true],
    ['by its end', 'post(links)', false],
    ['by process.exit()', 'post(links); process.exit(0)', false],
  ])('%s leaves no descriptor', async (_, end, terminated) => {
    const before = descriptorLinks()
    const worker = startWorker(`${openMany}; ${end}`)
    const exit = endOf(worker)
    const links = await messageOf<string[]>(worker)
    expect(links).toHaveLength(52)
    if (terminated) await worker.terminate()
    await exit
    expect(descriptorLinks()).toEqual(before)
  })

  test('by an uncaught error leaves no descriptor', async () => {
    const before = descriptorLinks()
    const worker = startWorker(`${openMany}; throw new RangeError('on purpose')`)
    const exit = endOf(worker)
    const [error] = await once(worker, 'error')
    expect(error).toHaveProperty('name', 'RangeError')
    await exit
    expect(descriptorLinks()).toEqual(before)
  })

  test('in the middle of opening and closing leaves no descriptor, each of 20 times', async () => {
    const before = descriptorLinks()
    for (let round = 0; round < 20; round++) {
      const worker = startWorker(`
        post('running')
        for (let kept = []; ; kept.length > 20 && kept.shift().close()) kept.push(new sockctl.BareSocket('ipv4'))`)
      await messageOf(worker)
      await worker.terminate()
    }
    expect(descriptorLinks()).toEqual(before)
  })

  test('with servers and connections of sockctl leaves no descriptor', async () => {
    const before = descriptorLinks()
    const worker = startWorker(`
      const net = require('node:net')
      const server = await sockctl.listen(net.createServer(), { host: '127.0.0.1' })
      const client = await sockctl.connect({ host: '127.0.0.1', port: server.address().port })
      sockctl.connect({ host: '127.0.0.1', port: server.address().port }).catch(() => {})
      post('running')`)
    await messageOf(worker)
    await worker.terminate()
    expect(descriptorLinks()).toEqual(before)
  })

  test('leaves alone what has got the number of a descriptor that was closed by others', async () => {
    const worker = startWorker(`
      const { fd } = new sockctl.BareSocket('ipv4')
      require('node:fs').closeSync(fd)
      post(fd)
      ${forever}`)
    const fd = await messageOf<number>(worker)
    const sockets = [new BareSocket('ipv4')]
    while (!sockets.some((socket) => socket.fd === fd) && sockets.length < 100) sockets.push(new BareSocket('ipv4'))
    await worker.terminate()
    expect(sockets.map((socket) => socket.fd)).toContain(fd)
    expect(native.getInt(fd, ...ipTtl)).toBe(0)
    for (const socket of sockets) socket.close()
  })

  test('leaves open what it detached', async () => {
    const worker = startWorker(`post(new sockctl.BareSocket('ipv4').detach())`)
    const exit = endOf(worker)
    const fd = await messageOf<number>(worker)
    await exit
    expect(native.getInt(fd, ...ipTtl)).toBe(0)
    closeSync(fd)
  })
})

describe.skipIf(!isRoot)(`setNetworkNamespace${isRoot ? '' : ' (needs root)'}`, () => {
  test('in a worker moves that worker and no other thread', async () => {
    const before = currentNamespace()
    const worker = startWorker(`
      native.setNetworkNamespace(native.createNetworkNamespace())
      post(readlinkSync('/proc/thread-self/ns/net'))
      ${forever}`)
    expect(await messageOf<string>(worker)).not.toBe(before)
    expect(currentNamespace()).toBe(before)
    await worker.terminate()
    expect(currentNamespace()).toBe(before)
  })
})
