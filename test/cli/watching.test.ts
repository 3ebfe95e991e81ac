import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { destroySocket, type SocketEntry, sockets } from '../../lib/diag.js'
import { bound, hasOwnNetwork, later, remnant, served } from '../diag/situations.js'
import { useOwnNetwork } from '../sockets/network.js'
import { command } from './command.js'

useOwnNetwork()

const host = '127.0.0.1'
const rows = 8

/** Runs sockctl and calls a function with all that it wrote so far, each time it writes. Gives how it ended, and that text. */
async function watched(args: readonly string[], look: (text: string, stop: () => void) => void) {
  const env = { ...process.env, NO_COLOR: '1' }
  const child = spawn(process.execPath, [command, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  later(() => void child.kill('SIGKILL'))
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    look(text, () => child.kill('SIGINT'))
  })
  const [code, signal] = await once(child, 'close')
  return { code, signal, text }
}

/**
 * Runs sockctl in a terminal of a few rows, and types once it has written a text so many times. Gives the settings of the
 * terminal before and after, the exit code, and what was written between.
 */
async function typed(args: string, key: string, sign: string, times: number) {
  const settings = 'echo "settings $(stty -g)"'
  const run = `${process.execPath} ${command} ${args}`
  const text = `stty cols 60 rows ${rows}; trap : INT; ${settings}; ${run}; echo "code $?"; ${settings}`
  const env = { ...process.env, SHELL: '/bin/sh' }
  const terminal = spawn('script', ['-qec', text, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  let seen = ''
  let isTyped = false
  terminal.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    seen += chunk
    if (isTyped || seen.split(sign).length <= times) return
    isTyped = true
    terminal.stdin.write(key)
  })
  await once(terminal, 'close')
  const [, before, written, code, after] =
    /settings (\S+)\r\n(.*?)(?:\^C)?code (\d+)\r\nsettings (\S+)/s.exec(seen) ?? []
  return { before, written: written ?? seen, code, after }
}

describe('sockctl ls --watch', () => {
  test('lists again and again on a pipe, without a word to a terminal, until interrupted', async () => {
    const { port } = bound({ address: host })
    const args = ['ls', '--tcp', '--port', String(port), '--watch']
    const { signal, text } = await watched(args, (written, stop) => {
      if (written.split('BOUND').length > 2) stop()
    })
    expect(signal).toBe('SIGINT')
    expect(text).not.toMatch(/[^\P{Cc}\n]/u)
    expect(text.match(/^proto /gm)).toHaveLength(2)
  })

  test('prints a line of JSON each time, of what there is then', async () => {
    const { socket, port } = bound({ address: host })
    const args = ['ls', '--tcp', '--port', String(port), '--watch', '--json']
    const { text } = await watched(args, (written, stop) => {
      if (written.endsWith(']\n')) socket.close()
      if (written.endsWith('[]\n')) stop()
    })
    const lists = text.trimEnd().split('\n')
    expect(lists.map((line) => (JSON.parse(line) as SocketEntry[]).length)).toEqual([1, 0])
  })

  test('redraws a terminal, fits it, and leaves it as it was when ctrl-c ends it', async () => {
    for (let made = 0; made < 2 * rows; made++) bound({ address: host })
    const { before, after, code, written } = await typed('ls --state bound --watch', '\u0003', '\u001b[H', 2)
    const [first, ...frames] = written.split('\u001b[H')
    expect(first).toBe('\u001b[2J')
    expect(frames.length).toBeGreaterThanOrEqual(2)
    for (const frame of frames) expect(frame.split('\r\n').length).toBeLessThanOrEqual(rows)
    expect(frames[0]).toMatch(/… \d+ more lines/)
    // No mode of the terminal is changed.
    expect(written).not.toContain('\u001b[?')
    expect([code, after]).toEqual(['130', before])
  })
})

describe('sockctl why --watch', () => {
  test.skipIf(!hasOwnNetwork)('ends by itself on a pipe once nothing is in the way (needs root)', async () => {
    const port = await remnant('client')
    const { code, text } = await watched(['why', '--watch', String(port)], (written) => {
      if (!written.includes('free nothing')) for (const entry of sockets({ localPort: port })) destroySocket(entry)
    })
    expect(code).toBe(0)
    expect(text).toMatch(/^in the way time-wait/)
    expect(text).toMatch(/^free nothing/m)
  })

  test('redraws a terminal, and is no yes when ctrl-c ends it', async () => {
    const { port } = await served({ port: 0, host })
    const { before, after, code, written } = await typed(`why --watch ${port}`, '\u0003', '\u001b[H', 2)
    const [first, ...frames] = written.split('\u001b[H')
    expect(first).toBe('\u001b[2J')
    for (const frame of frames) expect(frame).toMatch(/in the way/)
    expect([code, after]).toEqual(['130', before])
  })
})

describe('sockctl watch --text', () => {
  test.each([
    ['q', 'q'],
    ['ctrl-c', '\u0003'],
  ])('leaves the terminal as it was when %s ends it', async (_name, key) => {
    const { before, after, code } = await typed('watch --text', key, 'LISTEN', 2)
    expect([code, after]).toEqual(['0', before])
  })
})
