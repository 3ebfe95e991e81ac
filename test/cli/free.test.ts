import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { NetworkNamespace } from '../../lib/diag/namespace.js'
import { bound, hasOwnNetwork, remnant, served } from '../diag/situations.js'
import { refusalOf, unusedPort, useOwnNetwork } from '../sockets/network.js'
import { isRoot, nobody } from '../support.js'
import { command, sockctl } from './command.js'
import { foreignServer, temporaryFolder } from './foreign.js'

useOwnNetwork()

const host = '127.0.0.1'

describe('sockctl free', () => {
  test('does nothing to a port that is free', async () => {
    const { code, stdout } = await sockctl(['free', '--json', String(unusedPort())])
    expect(JSON.parse(stdout)).toMatchObject({ free: true, done: [] })
    expect(code).toBe(0)
  })

  test.skipIf(!hasOwnNetwork)('removes a remnant, so that a plain bind works at once (needs root)', async () => {
    const port = await remnant('client')
    expect(refusalOf(port)).toBe('EADDRINUSE')
    const { code, stdout } = await sockctl(['free', String(port)])
    expect(stdout).toMatch(/^removed 1 remnant$/m)
    expect(refusalOf(port)).toBeUndefined()
    expect(code).toBe(0)
  })

  test.skipIf(!isRoot)('says without the privilege how long to wait (needs root to become nobody)', async () => {
    const port = await remnant('client')
    const { code, stdout } = await sockctl(['free', String(port)], nobody)
    expect(stdout).toMatch(/^a remnant stays: EPERM \(it takes CAP_NET_ADMIN\)$/m)
    expect(stdout).toMatch(/^- Wait \d+ s: then it is gone by itself\.$/m)
    expect(refusalOf(port)).toBe('EADDRINUSE')
    expect(code).toBe(1)
  })

  test('removes the file of a Unix socket that is stale, and of no live one', async () => {
    const folder = temporaryFolder()
    const [stale, live] = [join(folder, 'stale'), join(folder, 'live')]
    bound({ path: stale }).socket.close()
    expect((await sockctl(['free', stale])).code).toBe(0)
    expect(existsSync(stale)).toBe(false)
    bound({ path: live })
    expect((await sockctl(['free', live])).code).toBe(1)
    expect(existsSync(live)).toBe(true)
  })

  test('removes the file that an ended server leaves', async () => {
    const path = join(temporaryFolder(), 'live')
    await foreignServer('', `'${path}'`)
    const { code, stdout } = await sockctl(['free', '--yes', path])
    expect(stdout).toMatch(/ended\nremoved /)
    expect([code, existsSync(path)]).toEqual([0, false])
  })

  test.skipIf(!hasOwnNetwork)('says that it ends nobody in another network namespace (needs root)', async () => {
    const path = join(temporaryFolder(), 'elsewhere')
    using namespace = NetworkNamespace.create() as NetworkNamespace
    const { child } = await namespace.run(() => foreignServer('', `'${path}'`))
    const { code, stdout } = await sockctl(['free', '--yes', path])
    expect(stdout).toMatch(/left alone: its socket is in another network namespace/)
    expect(stdout).toMatch(/to end; sockctl free does so only where its network namespace is\.$/m)
    expect([code, child.exitCode, child.signalCode]).toEqual([1, null, null])
  })

  test('ends nobody unasked, and with --yes the owner', async () => {
    const { child, port } = await foreignServer()
    const unasked = await sockctl(['free', String(port)])
    expect(unasked).toMatchObject({ code: 1, stdout: expect.stringMatching(/left alone: --yes would end it/) })
    const gone = once(child, 'exit')
    const { code, stdout } = await sockctl(['free', '--yes', String(port)])
    expect(stdout).toMatch(/ended$/m)
    expect(await gone).toEqual([null, 'SIGTERM'])
    expect(code).toBe(0)
  })

  test('says that a process does not end, and kills it only if told to', { timeout: 30_000 }, async () => {
    const stubborn = () => foreignServer(`process.on('SIGTERM', () => {})`)
    const [spared, killed] = [await stubborn(), await stubborn()]
    const gone = once(killed.child, 'exit')
    // Each waits for as long as a process may take to end.
    const [without, outcome] = await Promise.all([
      sockctl(['free', '--yes', String(spared.port)]),
      sockctl(['free', '--yes', '--kill', String(killed.port)]),
    ])
    expect(without.stdout).toMatch(/did not end within 5 s/)
    expect([without.code, spared.child.exitCode, spared.child.signalCode]).toEqual([1, null, null])
    expect(outcome.code).toBe(0)
    expect(await gone).toEqual([null, 'SIGKILL'])
  })

  test('never ends a parent of its own', async () => {
    const { port } = await served({ port: 0, host })
    const { code, stdout } = await sockctl(['free', '--yes', '--kill', String(port)])
    expect(stdout).toMatch(/left alone: it is a parent of this process/)
    const advice = /to end; sockctl free leaves it alone: it is a parent of this process\.$/m
    expect((await sockctl(['why', String(port)])).stdout).toMatch(advice)
    expect(code).toBe(1)
  })

  test.skipIf(!isRoot)('ends nobody by the number of another PID namespace (needs root to make one)', async () => {
    const { child, port } = await foreignServer()
    const args = ['--pid', '--fork', process.execPath, command, 'free', '--yes', String(port)]
    const other = spawn('unshare', args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const [[text], [code]] = await Promise.all([once(other.stdout, 'data'), once(other, 'close')])
    expect(String(text)).toMatch(/left alone: \/proc is of another PID namespace/)
    expect([code, child.exitCode, child.signalCode]).toEqual([1, null, null])
  })

  test('asks on a terminal, and takes no for an answer', async () => {
    const { child, port } = await foreignServer()
    for (const [answer, ends] of [
      ['n', false],
      ['y', true],
    ] as const) {
      const text = `exec ${process.execPath} ${command} free ${port}`
      const terminal = spawn('script', ['-qec', text, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] })
      let seen = ''
      terminal.stdout.on('data', (chunk: Buffer) => {
        const isNew = !seen.includes('[y/N]')
        seen += chunk
        if (isNew && seen.includes('[y/N]')) terminal.stdin.write(`${answer}\r`)
      })
      const [code] = await once(terminal, 'close')
      expect(seen).toMatch(/End node.* \(pid \d+\)\?/)
      expect(code).toBe(ends ? 0 : 1)
      if (ends) expect(child.signalCode ?? (await once(child, 'exit'))[1]).toBe('SIGTERM')
      else expect(child.signalCode).toBeNull()
    }
  })

  test('takes no address without a port', async () => {
    const { code, stdout, stderr } = await sockctl(['free', '127.0.0.1'])
    expect(stderr).toMatch(/^error: it takes a port or a path/)
    expect(stdout).toBe('')
    expect(code).toBe(2)
  })
})
