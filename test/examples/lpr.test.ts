import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from '../../lib/index.js'
import { setSysctl } from '../adopt/neighbour.js'
import { hasLprng, type Lprng, startLprng } from '../peers/lprng.js'
import { canRun, received } from '../peers/superserver.js'
import { tcpStates, useOwnNetwork } from '../sockets/network.js'
import { linesOf, runExample } from './run.js'

const printerPorts = Array.from({ length: 11 }, (_, index) => 721 + index)
const canBind = canRun('true')
let folder: string

useOwnNetwork()

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockctl-lpr-'))
  // Old printers know none. With timestamps Linux gives a port in TIME_WAIT to the next connection at once.
  if (canBind) setSysctl('ipv4/tcp_timestamps', 0)
})

afterAll(() => rmSync(folder, { recursive: true }))

function fileOf(name: string, text: string): string {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

/** The states of the connections of the eleven ports. */
function states(): string[] {
  return printerPorts.flatMap((port) => tcpStates(port))
}

describe.skipIf(!hasLprng)('LPRng that takes the ports 721 to 731 alone (needs root and lprng)', () => {
  let lprng: Lprng

  beforeAll(async () => {
    lprng = await startLprng()
  })

  afterAll(() => lprng?.close())

  test('prints what examples/lpr.mjs sends, several files as one job, which leaves a port in TIME_WAIT', async () => {
    const [first, second] = [fileOf('first', 'first\n'.repeat(20_000)), fileOf('second', 'second\n')]
    const before = states().length
    expect(await runExample('lpr.mjs', '127.0.0.1', first, second)).toEqual({ status: 0, stdout: '', stderr: '' })
    await expect.poll(() => lprng.printed(), { timeout: 50_000 }).toBe(`${'first\n'.repeat(20_000)}second\n`)
    expect(states().slice(before)).toEqual(['TIME_WAIT'])
  })

  test('prints a job that ends with --goodbye, and closes first', async () => {
    const before = states().length
    const file = fileOf('goodbye', 'goodbye\n')
    expect(await runExample('lpr.mjs', '--goodbye', '127.0.0.1', file)).toEqual({ status: 0, stdout: '', stderr: '' })
    await expect.poll(() => lprng.printed(), { timeout: 50_000 }).toContain('goodbye\n')
    expect(states()).toHaveLength(before)
  })

  test('shows its queue, closes first, and keeps a printer that it does not have to itself', async () => {
    const before = states().length
    expect((await linesOf('lpr.mjs', '--queue', '127.0.0.1'))[0]).toMatch(/^Printer: lp@/)
    expect(states()).toHaveLength(before)
    const outcome = await runExample('lpr.mjs', '--printer', 'other', '127.0.0.1', fileOf('other', 'other\n'))
    expect(outcome).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(/a job for other: .*other/) })
  })

  const ask = async (localPort: number) => {
    const socket = await connect({ host: '127.0.0.1', port: lprng.port, localPort, reuseAddress: localPort !== 0 })
    socket.write('\u0004lp\n')
    return received(socket)
  }

  test.each([0, 620, 720, 732])('refuses source port %i', async (localPort) => {
    expect(await ask(localPort)).toBe('\u0001no connect permissions\n')
  })
})

/** A printer with an empty queue. What it does when a client closes is up to the test. */
async function printer(atEnd: (socket: net.Socket) => void) {
  const sourcePorts: number[] = []
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    sourcePorts.push(socket.remotePort as number)
    socket.on('error', () => {}).once('data', () => socket.end('empty\n'))
    socket.on('end', () => atEnd(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as net.AddressInfo).port, sourcePorts }
}

describe.skipIf(!canBind)('examples/lpr.mjs (needs root)', () => {
  test('has one port connected to two hosts at once', async () => {
    const { server, port, sourcePorts } = await printer((socket) => socket.end())
    const sockets = await Promise.all(
      printerPorts.map((localPort) => connect({ host: '127.0.0.1', port, localPort, reuseAddress: true })),
    )
    const other = net.createServer((socket) => socket.end('empty\n'))
    other.listen(port, '127.0.0.2')
    await once(other, 'listening')
    expect(await linesOf('lpr.mjs', '--queue', '--port', String(port), '127.0.0.2')).toEqual(['empty'])
    expect(sourcePorts.sort()).toEqual(printerPorts)
    const { status, stderr } = await runExample('lpr.mjs', '--queue', '--port', String(port), '127.0.0.1')
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/11 tried, refused 11 with EADDR/) })
    for (const socket of sockets) socket.resetAndDestroy()
    server.close()
    other.close()
  })

  test('waits for the first port where all have a remnant, as long as it may', async () => {
    const halfOpen: net.Socket[] = []
    const { server, port } = await printer((socket) => halfOpen.push(socket))
    // A remnant in FIN_WAIT_2 of four seconds, in the place of one in TIME_WAIT of sixty.
    for (const localPort of printerPorts) {
      const socket = await connect({
        host: '127.0.0.1',
        port,
        localPort,
        reuseAddress: true,
        options: { TCP_LINGER2: 4 },
      })
      socket.end().destroy()
    }
    await expect.poll(() => printerPorts.every((own) => tcpStates(own).includes('FIN_WAIT_2'))).toBe(true)
    const args = ['--queue', '--port', String(port), '127.0.0.1']
    const [impatient, patient] = [runExample('lpr.mjs', '--wait', '0', ...args), runExample('lpr.mjs', ...args)]
    expect(await impatient).toMatchObject({ status: 1, stderr: expect.stringContaining('No reserved port is free') })
    const { status, stdout, stderr } = await patient
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'empty\n' })
    expect(stderr).toMatch(/No reserved port is free.*the first is free in [0-4]\.\d s/)
    server.close()
    for (const socket of halfOpen) socket.destroy()
  })

  test('says what the server has against a file, and that it ended early', async () => {
    const refuse = net.createServer((socket) =>
      socket.on('error', () => {}).once('data', () => socket.end('\u0001full\n')),
    )
    refuse.listen(0, '127.0.0.1')
    await once(refuse, 'listening')
    const { port } = refuse.address() as net.AddressInfo
    const outcome = await runExample('lpr.mjs', '--port', String(port), '127.0.0.1', fileOf('page', 'page\n'))
    expect(outcome).toEqual({ status: 1, stdout: '', stderr: 'lpr: the server does not take a job for lp: full\n' })
    refuse.close()
  })

  test('leaves a server at once that refuses a job and waits for another, and no port in TIME_WAIT', async () => {
    const codes: unknown[] = []
    const refuse = net.createServer((socket) => {
      socket.once('data', () => void socket.write('\u0001full\n'))
      socket.on('error', ({ code }: NodeJS.ErrnoException) => codes.push(code))
    })
    refuse.listen(0, '127.0.0.1')
    await once(refuse, 'listening')
    const { port } = refuse.address() as net.AddressInfo
    const outcome = await runExample('lpr.mjs', '--port', String(port), '127.0.0.1', fileOf('page', 'page\n'))
    expect(outcome).toEqual({ status: 1, stdout: '', stderr: 'lpr: the server does not take a job for lp: full\n' })
    expect(codes).toEqual(['ECONNRESET'])
    refuse.close()
  })
})

describe('examples/lpr.mjs', () => {
  test('ends with 2 and its usage where an argument is missing or unknown', async () => {
    const wrong = [['localhost'], ['--queue', 'localhost', 'file'], ['--wait', 'long', 'localhost', 'file'], ['--fast']]
    for (const { status, stdout, stderr } of await Promise.all(wrong.map((args) => runExample('lpr.mjs', ...args)))) {
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
      expect(stderr).toContain('usage:')
    }
  })
})
