import { spawn } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { closed, stockServer } from '../support.js'
import { command, sockctl } from './command.js'
import { inTerminal } from './terminal.js'

describe('sockctl watch --text', () => {
  test('prints a line for each change, and counts TIME_WAIT down', async () => {
    const { server, port } = await stockServer((socket) => socket.on('error', () => {}).end())
    const args = [command, 'watch', '--text', '--port', String(port), '--samples', '10']
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NO_COLOR: '1' },
    })
    const ended = once(child, 'exit')
    const lines: string[] = []
    child.stdout.on('data', (data: Buffer) => lines.push(...String(data).trimEnd().split('\n')))
    await once(child.stdout, 'data')
    await closed(net.connect(port, '127.0.0.1').resume())
    expect(await ended).toEqual([0, null])
    server.close()
    expect(lines[0]).toMatch(/^\d{4}-.*Z {2}LISTEN 1$/)
    expect(lines.at(-1)).toMatch(/LISTEN 1, .*TIME_WAIT 1 \(\+1\) {2}first gone in \d\d\.\d s, last in \d\d\.\d s$/)
  })

  test('takes no more rows than the terminal has', () => {
    const written = inTerminal('watch --text --samples 3', {}, 60, 8)
    const samples = written.split('q ends').slice(1)
    expect(samples).toHaveLength(3)
    for (const sample of samples) expect(sample.split('\n').length).toBeLessThanOrEqual(8)
    expect(samples[0]).toMatch(/… \d more lines/)
  })

  test('ends with 0 when it is asked to', async () => {
    const child = spawn(process.execPath, [command, 'watch', '--text'], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    expect(await ended).toEqual([0, null])
  })

  test.each([[['--text', '--port', '0']], [['--text', '--samples', 'x']], [['--port', '1']], [['--samples', '1']]])(
    'exits 2 for wrong use: %j',
    async (args) => {
      expect((await sockctl(['watch', ...args])).code).toBe(2)
    },
  )
})
