import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BareSocket, bindReservedPort, type ConnectOptions, connect, reservedPorts } from '../../lib/index.js'
import { closed, nobody, stockServer } from '../support.js'
import { canRun, privately, received, type Superserver, superserver } from './superserver.js'

const user = 'throwaway'
const example = fileURLToPath(new URL('../../examples/rsh.mjs', import.meta.url))

/** Makes the home of a user who lets root of localhost in, and the system files that in.rshd is to see. */
function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'sockctl-rshd-'))
  writeFileSync(join(home, '.rhosts'), 'localhost root\n', { mode: 0o600 })
  writeFileSync(join(home, 'passwd'), `${user}:*:${nobody}:${nobody}::${home}:/bin/sh\n`)
  writeFileSync(join(home, 'hosts'), '127.0.0.1 localhost\n')
  for (const path of [home, join(home, '.rhosts')]) chownSync(path, nobody, nobody)
  return home
}

// in.rshd sees a passwd and a hosts file of its own: the user exists for it alone, and no failure can leave one behind.
const rshd = 'mount --bind "$0/passwd" /etc/passwd; mount --bind "$0/hosts" /etc/hosts; exec /usr/sbin/in.rshd'

describe.skipIf(!canRun('test -x /usr/sbin/in.rshd'))('in.rshd (needs root and rsh-redone-server)', () => {
  let home: string
  let server: Superserver

  beforeAll(async () => {
    home = makeHome()
    server = await superserver(privately(rshd, home))
  })

  afterAll(async () => {
    await server?.close()
    if (home) rmSync(home, { recursive: true })
  })

  /** Asks for a command; gives the answer, and the source port that the server saw. */
  async function rsh(command: string, localPort: ConnectOptions['localPort'], stderrPort = 0) {
    const socket = await connect({ host: '127.0.0.1', port: server.port, localPort })
    socket.write(`${stderrPort}\0root\0${user}\0${command}\0`)
    return { answer: await received(socket), sourcePort: server.sourcePorts.at(-1) }
  }

  test('accepts a command from a reserved source port, and sends back its output', async () => {
    const { answer, sourcePort } = await rsh('echo "$HOME"', 'reserved')
    expect(answer).toBe(`\0${home}\n`)
    expect(sourcePort).toBeGreaterThanOrEqual(512)
    expect(sourcePort).toBeLessThan(1024)
  })

  test.each(Object.entries(reservedPorts))('accepts the tradition %s', async (_, ports) => {
    const { answer, sourcePort } = await rsh('echo yes', ports)
    expect(answer).toBe('\0yes\n')
    expect(sourcePort).toBeGreaterThanOrEqual(ports.low)
    expect(sourcePort).toBeLessThanOrEqual(ports.high)
  })

  test('refuses an unprivileged source port without a byte', async () => {
    const { answer, sourcePort } = await rsh('echo yes', 0)
    expect(answer).toBe('')
    expect(sourcePort).toBeGreaterThanOrEqual(1024)
  })

  test('refuses a reserved source port below 512 without a byte', async () => {
    const { answer, sourcePort } = await rsh('echo yes', { low: 300, high: 511 })
    expect(answer).toBe('')
    expect(sourcePort).toBeLessThan(512)
  })

  test('sends stderr over a second connection, from its reserved port to ours', async () => {
    const socket = new BareSocket('ipv4')
    const stderrPort = bindReservedPort(socket, { ...reservedPorts.rresvport, address: '127.0.0.1' })
    socket.listen(1)
    const listener = net.createServer().listen({ fd: socket.detach() })
    try {
      const back = once(listener, 'connection', { signal: AbortSignal.timeout(10_000) })
      const main = rsh('echo out; echo err >&2', 'reserved', stderrPort)
      const [channel] = (await back) as [net.Socket]
      expect(channel.localPort).toBe(stderrPort)
      expect(channel.remotePort).toBeGreaterThanOrEqual(512)
      expect(channel.remotePort).toBeLessThan(1024)
      expect(await Promise.all([received(channel), main.then(({ answer }) => answer)])).toEqual(['err\n', '\0out\n'])
    } finally {
      listener.close()
    }
  })

  test('serves examples/rsh.mjs', async () => {
    const to = ['--port', String(server.port), '--user', user, '127.0.0.1']
    const outcome = await runExample(...to, 'echo "$HOME"; echo more >&2')
    expect(outcome).toEqual({ status: 0, stdout: `${home}\nmore\n`, stderr: '' })
    expect(server.sourcePorts.at(-1)).toBeLessThan(1024)
  })
})

interface Outcome {
  status: number
  stdout: string
  stderr: string
}

function run(file: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(file, args, { timeout: 20_000 }, (_, stdout, stderr) => {
      resolve({ status: child.exitCode ?? -1, stdout, stderr })
    })
  })
}

function runExample(...args: string[]): Promise<Outcome> {
  return run(process.execPath, [example, ...args])
}

describe('examples/rsh.mjs', () => {
  test('ends with 2 and its usage where an argument is missing or unknown', async () => {
    const wrong = [['localhost'], ['--port', 'shell', 'localhost', 'date'], ['--fast', 'localhost', 'date']]
    for (const args of wrong) {
      const { status, stdout, stderr } = await runExample(...args)
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
      expect(stderr).toContain('usage:')
    }
  })

  const canDrop = canRun('setpriv --bounding-set -net_bind_service true')

  test.skipIf(!canDrop)('ends with 1 and says what to do without the privilege (needs root, to drop it)', async () => {
    // A new network namespace has the kernel's default of ip_unprivileged_port_start, whatever this machine has.
    const unprivileged = ['--net', 'setpriv', '--bounding-set', '-net_bind_service', process.execPath, example]
    const { status, stdout, stderr } = await run('unshare', [...unprivileged, '127.0.0.1', 'date'])
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
    expect(stderr).toMatch(/EACCES.*setcap.*ip_unprivileged_port_start/s)
  })

  const canBind = canRun('true')

  test.skipIf(!canBind)('ends with 1 and the reason when it is refused (needs root)', async () => {
    for (const [answer, reason] of [
      ['\u0001Permission denied.\n', 'Permission denied.'],
      ['', 'closed the connection'],
    ] as const) {
      const { server, port } = await stockServer((socket) => socket.end(answer).resume())
      const { status, stdout, stderr } = await runExample('--port', String(port), '127.0.0.1', 'date')
      server.close()
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
      expect(stderr).toContain(reason)
      await closed(server)
    }
  })
})
