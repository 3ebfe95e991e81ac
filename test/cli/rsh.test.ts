import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expandRange, splitList } from '../../lib/cli/rsh/ranges.js'
import { hasNamespaces, ownNamespace } from '../rsh/namespace.js'
import { rshServer, type TestServer, type Visit } from '../rsh/server.js'
import { command, sockctl } from './command.js'

/** A server on all of 127.0.0.0/8, in a namespace of the tests, whose answers are in the command. */
async function answer(visit: Visit): Promise<void> {
  const { socket, request, back } = visit
  if (request.command === 'refuse') return void socket.end('\u0001not \u001b[31myou\n')
  if (request.command === 'hang') return void socket.write('\0')
  const errors = request.stderrPort === 0 ? socket : await back()
  const where = socket.localAddress
  socket.write('\0')
  if (request.command === 'cat') {
    socket.on('data', (chunk) => socket.write(chunk)).once('end', () => socket.end())
    return void errors.end()
  }
  const [, status] = /exit (\d+)/.exec(request.command) ?? []
  const marked = request.command.includes('XXRETCODE') ? `XXRETCODE:${status ?? 0}\n` : ''
  socket.resume().end(`${request.remoteUser} ${request.command.startsWith('same') ? '' : where}\npart${marked}`)
  if (errors !== socket) errors.end('bad\n')
}

describe.skipIf(!hasNamespaces)('sockctl rsh (needs root for a network namespace)', () => {
  ownNamespace()
  let server: TestServer
  let folder: string

  beforeAll(async () => {
    server = await rshServer((visit) => answer(visit), '0.0.0.0')
    folder = mkdtempSync(join(tmpdir(), 'sockctl-rsh-'))
  })

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  function rsh(...args: string[]) {
    return sockctl(['rsh', '--port', String(server.port), ...args])
  }

  test('prefixes each line, ends the last one, and keeps the channels apart', async () => {
    const { code, stdout, stderr } = await rsh('-l', 'me', '-w', '127.0.0.[1-3]', '-x', '127.0.0.2', '--', 'hello')
    expect(stdout.split('\n').sort()).toEqual(
      ['', ...[1, 3].flatMap((k) => [`127.0.0.${k}: me 127.0.0.${k}`, `127.0.0.${k}: part`])].sort(),
    )
    expect(stderr.split('\n').sort()).toEqual(['', '127.0.0.1: bad', '127.0.0.3: bad'])
    expect(code).toBe(0)
  })

  test("leaves what follows the command's name to the command", async () => {
    const { stdout } = await rsh('-N', '-w', '127.0.0.1', 'uname', '-l', 'x', '--json')
    expect(stdout).toBe('root 127.0.0.1\npart')
  })

  test('folds the hosts that answer alike', async () => {
    const { code, stdout } = await rsh('--group', '-w', '127.0.0.[1-3],127.0.0.9', 'same')
    const rule = '-'.repeat(16)
    expect(stdout).toBe(`${rule}\n127.0.0.[1-3,9]\n${rule}\nroot \npart\nbad\n`)
    expect(code).toBe(0)
  })

  test('prints an array of objects as JSON', async () => {
    const { code, stdout } = await rsh('--json', '-w', '127.0.0.[1-2]', 'hello')
    const results = JSON.parse(stdout) as { host: string }[]
    expect(results.map(({ host }) => host).sort()).toEqual(['127.0.0.1', '127.0.0.2'])
    const [first] = results.filter(({ host }) => host === '127.0.0.1')
    expect(first).toMatchObject({ ok: true, stdout: 'root 127.0.0.1\npart', stderr: 'bad\n', timeWait: 'remote' })
    expect(code).toBe(0)
  })

  test('has one connection for both channels with --joined', async () => {
    const { stdout, stderr } = await rsh('--joined', '-w', '127.0.0.1', 'hello')
    expect([stdout, stderr]).toEqual(['127.0.0.1: root 127.0.0.1\n127.0.0.1: part\n', ''])
  })

  test('takes the hosts of files and of standard input', async () => {
    const file = join(folder, 'hosts')
    writeFileSync(file, '# all of them\n127.0.0.[1-2] # two\n\n127.0.0.3,127.0.0.4\n')
    const { stdout } = await rsh('--group', '-w', `^${file}`, '-x', '127.0.0.4', 'same')
    expect(stdout).toContain('127.0.0.[1-3]')
    const child = spawn(process.execPath, [command, 'rsh', '--port', String(server.port), '-N', '-w', '-', 'hello'])
    child.stdin.end('127.0.0.5\n')
    const [text] = await once(child.stdout, 'data')
    expect(String(text)).toContain('127.0.0.5')
  })

  test('sends standard input to every host', async () => {
    const args = ['rsh', '--port', String(server.port), '-w', '127.0.0.[1-2]', '--stdin', 'cat']
    const child = spawn(process.execPath, [command, ...args])
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    child.stdin.end('one\ntwo\n')
    const [code] = await once(child, 'close')
    const wanted = ['127.0.0.1: one', '127.0.0.1: two', '127.0.0.2: one', '127.0.0.2: two']
    expect(text.trim().split('\n').sort()).toEqual(wanted)
    expect(code).toBe(0)
  })

  test('exits 1 where a host refuses, and shows what it said without its control characters', async () => {
    const { code, stderr } = await rsh('-w', '127.0.0.1', 'refuse')
    expect(stderr).toMatch(/^sockctl: rsh 127\.0\.0\.1: refused: not \\u001b\[31myou$/m)
    expect(code).toBe(1)
  })

  test('exits 1 where one of many does not answer', async () => {
    const { code, stdout, stderr } = await sockctl([
      'rsh',
      '--json',
      '-w',
      `127.0.0.1:${server.port},localhost:1`,
      'hi',
    ])
    const failed = (JSON.parse(stdout) as { ok: boolean; error?: { code: string } }[]).filter(({ ok }) => !ok)
    expect(failed).toMatchObject([{ error: { code: 'ECONNREFUSED' } }])
    expect(stderr).toMatch(/^sockctl: rsh localhost:1: .*ECONNREFUSED/)
    expect(code).toBe(1)
  })

  test('exits 1 where a command takes too long', async () => {
    const { code, stderr } = await rsh('-u', '1', '-w', '127.0.0.1', '--joined', 'hang')
    expect(stderr).toMatch(/did not end in 1000 ms/)
    expect(code).toBe(1)
  })

  test('tells with --status how the command exited', async () => {
    const good = await rsh('--status', '-w', '127.0.0.1', 'hello')
    expect([good.code, good.stdout]).toEqual([0, '127.0.0.1: root 127.0.0.1\n127.0.0.1: part\n'])
    const bad = await rsh('--status', '-N', '-w', '127.0.0.1', 'exit 3')
    expect([bad.code, bad.stdout]).toEqual([1, 'root 127.0.0.1\npart'])
    expect(bad.stderr).toMatch(/^sockctl: rsh 127\.0\.0\.1: the command exited with 3$/m)
    const json = await rsh('--status', '--json', '-w', '127.0.0.1', 'exit 7')
    expect(JSON.parse(json.stdout)).toMatchObject([{ status: 7, stdout: 'root 127.0.0.1\npart' }])
  })

  test('ends with 130 on ctrl-c, and says for which hosts too early', async () => {
    const args = ['rsh', '--port', String(server.port), '--joined', '-w', '127.0.0.[1-2]', 'hang']
    const asked = new Promise<void>((resolve) => {
      const before = server.clientPorts.length
      const timer = setInterval(() => {
        if (server.clientPorts.length < before + 2) return
        clearInterval(timer)
        resolve()
      }, 10)
    })
    const child = spawn(process.execPath, [command, ...args])
    let text = ''
    child.stderr.on('data', (chunk) => {
      text += chunk
    })
    await asked
    child.kill('SIGINT')
    const [code] = await once(child, 'close')
    expect(text).toBe('sockctl: ended before it was done on 127.0.0.[1-2]\n')
    expect(code).toBe(130)
  })
})

describe('sockctl rsh, used wrongly,', () => {
  test.each([
    [['hello'], /--hosts/],
    [['-w', 'a'], /missing required argument 'command'/],
    [['-w', 'a', '--group', '--json', 'hello'], /--group and --json exclude each other/],
    [['-w', '-', '--stdin', 'hello'], /--stdin/],
    [['-w', 'a', '-f', '0', 'hello'], /whole number from 1/],
    [['-w', 'a[3-1]', 'hello'], /backwards/],
    [['-w', 'a', '-x', 'a', 'hello'], /no host is left/],
    [['-w', 'a\u001b', 'hello'], /no name/],
  ])('%j exits 2', async (args, why) => {
    const { code, stdout, stderr } = await sockctl(['rsh', ...args])
    expect(stderr).toMatch(why)
    expect([code, stdout]).toEqual([2, ''])
  })

  test('has a help that shows lists which it takes', async () => {
    const { stdout } = await sockctl(['rsh', '--help'])
    const [, list = ''] = /as for pdsh: (\S+),/.exec(stdout) ?? []
    expect(splitList(list).flatMap(expandRange)).toEqual(expect.arrayContaining(['node105', 'db2-3']))
  })

  test('exits 1 where a file of hosts cannot be read', async () => {
    const { code, stderr } = await sockctl(['rsh', '-w', '^/nonexistent', 'hello'])
    expect([code, stderr]).toEqual([1, expect.stringMatching(/ENOENT/)])
  })
})
