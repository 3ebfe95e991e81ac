import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import type net from 'node:net'
import { userInfo } from 'node:os'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { fdOf } from '../../lib/handle.js'
import { connect } from '../../lib/index.js'
import { python, whyNoPython } from '../options/python.js'
import { hasRlogind, startRlogind, user } from '../peers/rlogind.js'
import { canRun, received, type Superserver } from '../peers/superserver.js'
import { tcpStates, useOwnNetwork } from '../sockets/network.js'
import { closed, stockServer } from '../support.js'
import { keepDialogs } from './dialog.js'
import { exampleFile, runExample } from './run.js'

useOwnNetwork()

const open = keepDialogs()
const hasTerminal = canRun('script -qec true /dev/null')

describe.skipIf(!hasRlogind || !hasTerminal)('in.rlogind (needs root, rsh-redone-server and script)', () => {
  let server: Superserver

  beforeAll(async () => {
    server = await startRlogind()
  })

  afterAll(() => server?.close())

  /** Logs in from a terminal; gives the dialog, up to the first prompt, and the terminal's path. */
  async function logIn() {
    const command = `${process.execPath} ${exampleFile('rlogin.mjs')} --port ${server.port} --user ${user} 127.0.0.1`
    const dialog = open('script', '-qec', `tty; stty rows 33 cols 77; exec ${command}`, '/dev/null')
    const [, terminal] = (await dialog.until(/(\/dev\/pts\/\d+)/)) as unknown as [string, string]
    await dialog.until(/\n\$ $/)
    return { dialog, terminal }
  }

  test('has a session with examples/rlogin.mjs, and its window, and hears of a new size', async () => {
    const { dialog, terminal } = await logIn()
    const sourcePort = server.sourcePorts.at(-1) as number
    expect(sourcePort).toBeGreaterThanOrEqual(512)
    expect(sourcePort).toBeLessThan(1024)
    dialog.type('echo "$(id -un) $TERM $(stty size)"\r')
    await dialog.until(new RegExp(`\n${user} xterm 33 77\r\n\\$ $`))
    execFileSync('stty', ['-F', terminal, 'rows', '44'])
    dialog.type('until test "$(stty size)" = "44 77"; do sleep 0.01; done; echo resized\r')
    await dialog.until(/\nresized\r\n\$ $/)
    dialog.type('exit\r')
    expect(await dialog.end()).toMatchObject({ status: 0, stderr: '' })
    expect(tcpStates(sourcePort)).toEqual([])
  })

  test('gets an interrupt as a byte, and is left at once with ~. at the start of a line', async () => {
    const { dialog } = await logIn()
    // What prints has the terminal already, so that the interrupt reaches it and not the shell that starts it.
    dialog.type("sh -c 'echo ~; exec sleep 100'\r")
    await dialog.until(/\n\/.*\r\n$/)
    dialog.type('\u0003')
    await dialog.until(/\$ $/)
    dialog.type('\r')
    await dialog.until(/\$ $/)
    dialog.type('~.')
    expect(await dialog.end()).toMatchObject({ status: 0, stderr: '' })
    expect(tcpStates(server.sourcePorts.at(-1) as number)).toEqual([])
  })

  test('resets an unprivileged source port without a word', async () => {
    const socket = await connect({ host: '127.0.0.1', port: server.port })
    socket.write(`\0root\0${user}\0xterm/38400\0`)
    expect(await received(socket)).toBe('')
  })
})

const servers: net.Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    const gone = closed(server)
    server.close()
    await gone
  }
})

/** A session with a server of the test's own, whose side of the connection it gets once the request has come. */
async function session() {
  // It is left with a reset.
  const { server, port } = await stockServer((socket) => socket.on('error', () => {}))
  servers.push(server)
  const dialog = open(process.execPath, exampleFile('rlogin.mjs'), '--port', `${port}`, '--user', 'who', '127.0.0.1')
  const [socket] = (await once(server, 'connection')) as [net.Socket]
  const [request] = (await once(socket, 'data')) as [Buffer]
  return { dialog, socket, request: request.toString('latin1') }
}

async function next(socket: net.Socket): Promise<string> {
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  return bytes.toString('latin1')
}

describe.skipIf(!canRun('true'))('examples/rlogin.mjs (needs root)', () => {
  test('names both users and the terminal, and sends the window when it is asked', async () => {
    const { dialog, socket, request } = await session()
    expect(request).toBe(`\0${userInfo().username}\0who\0xterm/38400\0`)
    socket.write('\0')
    socket.write(Buffer.from([0x80]))
    expect(await next(socket)).toBe('\xff\xffss\0\x18\0\x50\0\0\0\0')
    socket.end('bye')
    expect(await dialog.end()).toEqual({ status: 0, output: 'bye', stderr: '' })
  })

  test('sends no window unasked, and takes no byte of the output for a request', async () => {
    const { dialog, socket } = await session()
    socket.write('\0login: ')
    await dialog.until(/login: /)
    const bytes = Buffer.from('€'.repeat(3))
    for (const byte of bytes) socket.write(Buffer.from([byte]))
    await dialog.until(new RegExp(bytes.toString('latin1')))
    dialog.type('typed\r')
    expect(await next(socket)).toBe('typed\r')
    socket.end()
    expect((await dialog.end()).status).toBe(0)
  })

  test.skipIf(whyNoPython)(`keeps urgent bytes out of the output${whyNoPython}`, async () => {
    const urgent = 'import json, socket; socket.socket(fileno=3).send(b"\\x02", socket.MSG_OOB); print(json.dumps(0))'
    const { dialog, socket } = await session()
    socket.write('\0before')
    await dialog.until(/before/)
    python(urgent, null, fdOf(socket))
    socket.end('after')
    expect(await dialog.end()).toEqual({ status: 0, output: 'after', stderr: '' })
  })

  test('sends one ~ for two, ~x as it is, and nothing of ~. but a reset', async () => {
    const { dialog, socket } = await session()
    socket.write('\0$ ')
    await dialog.until(/\$ /)
    dialog.type('~~a~.\r~x\r~.never')
    const sent = received(socket)
    expect(await dialog.end()).toEqual({ status: 0, output: '', stderr: '' })
    expect(await sent).toBe('')
  })

  test('goes on when its input ends, until the server does', async () => {
    const { dialog, socket } = await session()
    socket.write('\0$ ')
    await dialog.until(/\$ /)
    dialog.type('~~a\r~x\r')
    expect(await next(socket)).toBe('~a\r~x\r')
    dialog.endInput()
    socket.end('more')
    expect(await dialog.end()).toEqual({ status: 0, output: 'more', stderr: '' })
  })

  test('ends with 1 and the reason when it is refused', async () => {
    for (const [answer, reason] of [
      ['\u0001Permission denied.\n', 'rlogin: the server says: Permission denied.\n'],
      ['', 'rlogin: the server closed the connection without an answer\n'],
    ] as const) {
      const { dialog, socket } = await session()
      socket.end(answer)
      expect(await dialog.end()).toEqual({ status: 1, output: '', stderr: reason })
    }
  })

  test('leaves at once when it is refused by a server that keeps the connection', async () => {
    const { dialog, socket } = await session()
    const reset = once(socket, 'error')
    socket.write('\u0001No.\n')
    expect(await dialog.end()).toEqual({ status: 1, output: '', stderr: 'rlogin: the server says: No.\n' })
    expect(await reset).toMatchObject([{ code: 'ECONNRESET' }])
  })
})

describe('examples/rlogin.mjs', () => {
  test('ends with 2 and its usage where an argument is missing or unknown', async () => {
    const wrong = [[], ['--port', 'login', 'localhost'], ['--fast', 'localhost']]
    for (const { status, stdout, stderr } of await Promise.all(
      wrong.map((args) => runExample('rlogin.mjs', ...args)),
    )) {
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
      expect(stderr).toContain('usage:')
    }
  })
})
