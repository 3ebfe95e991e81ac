import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { BareSocket } from '../../lib/sockets/index.js'
import { built } from '../support.js'

/** How a process ended, and what it printed. */
interface End {
  code: number | null
  signal: NodeJS.Signals | null
  output: string
}

/** Runs an ES module's text in a process of its own, with the built package as `sockctl`. */
async function run(program: string): Promise<End> {
  const text = `
    import net from 'node:net'
    import { Worker } from 'node:worker_threads'
    import * as sockctl from '${built}index.js'
    import { native } from '${built}native.js'
    const { BareSocket } = sockctl
    ${program}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [output, [code, signal]] = await Promise.all([child.stdout.toArray(), once(child, 'close')])
  return { code, signal, output: Buffer.concat(output).toString() }
}

/** A connection attempt that nobody answers: the accept queue of the listener is full. */
const pending = `
  const listener = new BareSocket('ipv4')
  listener.listen(0, { address: '127.0.0.1' })
  const { port } = listener.address()
  await sockctl.connect({ host: '127.0.0.1', port })`

describe('process.exit()', () => {
  test.each([
    [
      'between socket() and bind() of listen()',
      'await sockctl.listen(net.createServer(), { control: () => process.exit(7) })',
    ],
    [
      'between socket() and bind() of connect()',
      "await sockctl.connect({ port: 1, host: '127.0.0.1', control: () => process.exit(7) })",
    ],
    ['while a connection is being made', `${pending}; sockctl.connect({ host: '127.0.0.1', port }); process.exit(7)`],
    [
      'after an attempt of its own',
      `${pending}; sockctl.connect({ host: '127.0.0.1', port }); setImmediate(() => process.exit(7))`,
    ],
    ['inside a getter that sockctl reads', "sockctl.setOption({ get fd() { process.exit(7) } }, 'SO_KEEPALIVE', true)"],
    ['with many open sockets', "for (let i = 0; i < 500; i++) new BareSocket('ipv4'); process.exit(7)"],
  ])('%s ends the process with its code', async (_, program) => {
    expect(await run(program)).toEqual({ code: 7, signal: null, output: '' })
  })

  test('while workers call the addon ends the process with its code, each of 3 times', async () => {
    const worker = `
      const { parentPort } = require('node:worker_threads')
      import('${built}native.js').then(({ native }) => {
        parentPort.postMessage('running')
        for (let fd; ; native.close(fd)) {
          fd = native.socket(2, 1, 0)
          native.getInt(fd, 0, 2)
        }
      })`
    const program = `
      let running = 0
      for (let index = 0; index < 4; index++) {
        new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [] }).on('message', () => { if (++running === 4) process.exit(7) })
      }`
    for (let round = 0; round < 3; round++) {
      expect(await run(program)).toEqual({ code: 7, signal: null, output: '' })
    }
  })
})

describe('the end of a process', () => {
  test('does not wait for bare sockets', async () => {
    const program = "new BareSocket('ipv4').listen(1, { address: '127.0.0.1' }); console.log('done')"
    expect(await run(program)).toEqual({ code: 0, signal: null, output: 'done\n' })
  })

  test('waits for a server that listens', async () => {
    const program = `
      const server = await sockctl.listen(net.createServer(), { host: '127.0.0.1' })
      setImmediate(() => { console.log('listening'); server.close() })`
    expect(await run(program)).toEqual({ code: 0, signal: null, output: 'listening\n' })
  })

  test('lets its last handlers call the addon', async () => {
    const program = `
      const socket = new BareSocket('ipv4')
      process.on('exit', () => {
        const last = new BareSocket('ipv6')
        console.log(sockctl.getOption(socket, 'SO_KEEPALIVE'), last.fd > 2)
        socket.close()
      })`
    expect(await run(program)).toEqual({ code: 0, signal: null, output: 'false true\n' })
  })

  test('by an uncaught error has code 1', async () => {
    const program = `
      const sockets = Array.from({ length: 10 }, () => new BareSocket('ipv4'))
      sockctl.setOption(sockets[0], 'SO_KEEPALIVE', 'yes')`
    expect(await run(program)).toEqual({ code: 1, signal: null, output: '' })
  })

  test('by an uncaught error shows a line of the package, and no more of it', () => {
    const program = `import { setOption } from '${built}index.js'; setOption(0, 'SO_KEEPALIVE', 'yes')`
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' })
    expect(stderr).toContain('ERR_INVALID_ARG_TYPE')
    expect(stderr.length).toBeLessThan(4096)
  })

  test('by a signal frees the port', async () => {
    const program = `
      const socket = new BareSocket('ipv4')
      socket.listen(1, { address: '127.0.0.1' })
      process.stdout.write(String(socket.address().port), () => process.kill(process.pid, 'SIGKILL'))
      setInterval(() => {}, 1000)`
    const { signal, output } = await run(program)
    expect(signal).toBe('SIGKILL')
    using socket = new BareSocket('ipv4')
    socket.listen(1, { address: '127.0.0.1', port: Number(output) })
    expect(socket.address().port).toBe(Number(output))
  })

  const lookup = "(host, options, callback) => setImmediate(callback, new Error('no such name'))"

  test.each([
    ['connect', `sockctl.connect({ host: 'name', port: 1, lookup: ${lookup}, signal: AbortSignal.abort() })`],
    ['listen', "sockctl.listen(net.createServer(), { host: 'name.invalid', signal: AbortSignal.abort() })"],
  ])('does not come from a lookup that fails after %s() was aborted', async (_, call) => {
    const program = `await ${call}.catch((error) => console.log(error.code))`
    expect(await run(program)).toEqual({ code: 0, signal: null, output: 'ABORT_ERR\n' })
  })
})
