import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { SocketEntry } from '../../lib/diag.js'
import { later, served } from '../diag/situations.js'
import { useOwnNetwork } from '../sockets/network.js'
import { sockctl } from './command.js'

useOwnNetwork()

const program = `
  const server = require('node:net').createServer().listen(0, '127.0.0.1', () => console.log(server.address().port))
  process.stdin.on('end', () => process.exit()).resume()`

/** Starts a server whose program calls itself by a name of its choice, and gives its port. */
async function servedBy(argv0: string): Promise<string> {
  const child = spawn(process.execPath, ['--eval', program], { argv0, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  later(async () => {
    child.stdin.end()
    await ended
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return String(line).trim()
}

// Bytes that move the cursor, colour, or end the line.
const wild = 'evil\u001b[2Jname\u009b31m\r'
const tame = 'evil\\x1b[2Jname\\x9b31m\\x0d'

/** What a command prints, which must have no control character but the ends of its lines. */
async function printed(...args: string[]): Promise<string> {
  const { stdout, stderr } = await sockctl(args)
  expect(stdout + stderr).not.toMatch(/[^\P{Cc}\n]/u)
  return stdout
}

describe('control characters that others choose', () => {
  test('are shown as digits in the name and the words of a process', async () => {
    const port = await servedBy(wild)
    const text = await printed('why', port)
    expect(text).toContain(`${tame} (pid`)
    expect(text).toMatch(/^ {2}\d+: evil\\x1b/m)
    expect(await printed('ls', '-p', '--port', port)).toContain(tame)
    expect(await printed('free', port)).toContain(tame)
  })

  test('are shown as digits in a path, and stay as they are in JSON', async () => {
    const path = `\0${wild}${process.pid}`
    await served({ path })
    expect(await printed('why', path.replace('\0', '@'))).toContain(`@${tame}`)
    expect(await printed('ls', '--unix')).toContain(`@${tame}`)
    const { stdout } = await sockctl(['ls', '--unix', '--json'])
    const paths = (JSON.parse(stdout) as SocketEntry[]).map((entry) => entry.path?.replace(/\0+$/, ''))
    expect(paths).toContain(path)
  })
})
