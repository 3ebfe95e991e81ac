import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Explanation } from '../../lib/diag.js'
import { destroySocket, sockets } from '../../lib/diag.js'
import { bound, hasOwnNetwork, later, remnant, served } from '../diag/situations.js'
import { unusedPort, useOwnNetwork } from '../sockets/network.js'
import { isRoot, nobody } from '../support.js'
import { command, sockctl } from './command.js'

useOwnNetwork()

const host = '127.0.0.1'

describe('sockctl why', () => {
  test('exits 1 and says who is in the way', async () => {
    const { port } = await served({ port: 0, host })
    const { code, stdout } = await sockctl(['why', String(port)])
    expect(stdout).toMatch(new RegExp(`^in the way listener .*pid ${process.pid}.* listens on 127\\.0\\.0\\.1:${port}`))
    expect(stdout).toMatch(/most harmless first:\n- Take another port/)
    expect(code).toBe(1)
  })

  test('exits 0 when nothing is', async () => {
    const { code, stdout } = await sockctl(['why', `${host}:${unusedPort()}`])
    expect(stdout).toMatch(/^free nothing/)
    expect(code).toBe(0)
  })

  test('says until when, as JSON too', async () => {
    const port = await remnant('client')
    const { code, stdout } = await sockctl(['why', '--json', '--probe', `:${port}`])
    const { causes, freeInMs, free } = JSON.parse(stdout) as Explanation
    expect([free, causes.map(({ kind }) => kind), code]).toEqual([false, ['time-wait-without-reuse'], 1])
    expect(freeInMs).toBeGreaterThan(50_000)
    expect((await sockctl(['why', String(port)])).stdout).toMatch(/keeps it for \d+ s more/)
  })

  test('explains paths and UDP ports', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sockctl-why-'))
    later(() => rmSync(folder, { recursive: true }))
    const path = join(folder, 'stale')
    bound({ path }).socket.close()
    expect((await sockctl(['why', path])).stdout).toMatch(/^in the way stale-path/)
    const { port } = bound({ address: host }, { type: 'datagram' })
    expect((await sockctl(['why', '--udp', String(port)])).stdout).toMatch(/^in the way datagram/)
    expect((await sockctl(['why', String(port)])).code).toBe(0)
  })

  test.skipIf(!hasOwnNetwork)(
    'counts down until nothing is in the way (needs a namespace, which takes root)',
    async () => {
      const port = await remnant('client')
      const child = spawn(process.execPath, [command, 'why', '--watch', '--json', String(port)])
      const lines: Explanation[] = []
      let text = ''
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
        const parts = text.split('\n')
        text = parts.pop() as string
        lines.push(...parts.map((part) => JSON.parse(part) as Explanation))
        if (lines.length === 2) for (const entry of sockets({ localPort: port })) destroySocket(entry)
      })
      expect(await once(child, 'close')).toEqual([0, null])
      const [first, second, last] = lines.map(({ freeInMs }) => freeInMs) as [number, number, number]
      expect(first - second).toBeGreaterThan(900)
      expect(last).toBe(0)
    },
  )

  test.skipIf(!isRoot)('works for nobody, and says what it cannot see (needs root to become nobody)', async () => {
    const { port } = await served({ port: 0, host })
    const { code, stdout } = await sockctl(['why', String(port)], nobody)
    expect(stdout).toMatch(/^in the way listener {2}a process of user 0 that is not to be seen listens/)
    expect(stdout).toMatch(/^- Ask again as root: whose it is cannot be seen by this user\.$/m)
    expect(code).toBe(1)
    expect((await sockctl(['why', '80'], nobody)).stdout).toMatch(/privileged-port/)
  })

  test('takes what ss prints for every address, and says which address it is about', async () => {
    const port = unusedPort()
    expect((await sockctl(['why', `*:${port}`])).stdout).toBe(
      `free nothing  Nothing stands in the way of TCP port ${port}.\n`,
    )
    const { stdout } = await sockctl(['why', '::1'])
    expect(stdout).toBe("free nothing  Nothing stands in the way of a TCP port of the kernel's choice on ::1.\n")
  })

  // A sanitizer needs /proc at the end.
  const canCover = isRoot && !process.env.LD_PRELOAD

  test.skipIf(!canCover)(
    'does not say without /proc that a privilege is lacking (needs root, and no sanitizer)',
    () => {
      const text = `mount -t tmpfs none /proc && ${process.execPath} ${command} why`
      const run = (words: string) =>
        spawnSync('unshare', ['--mount', 'sh', '-c', `${text} ${words}`], {
          encoding: 'utf8',
          env: { ...process.env, NO_COLOR: '1' },
        })
      expect(run('80').stdout).toMatch(/^perhaps privileged-port/)
      expect(run('80 --probe')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^free nothing/) })
    },
  )

  test.each([['99999'], ['nonsense'], ['300.1.1.1:80'], ['[::1'], ['::1]'], ['localhost:80'], ['-1'], ['']])(
    'exits 2 for %s',
    async (target) => {
      expect((await sockctl(['why', target])).code).toBe(2)
    },
  )
})
