import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '../../lib/index.js'
import { inProcess, isRoot, nobody } from '../support.js'
import { useFolder } from './folder.js'
import { keepServers } from './servers.js'
import { leaveStale } from './stale.js'

const keep = keepServers()
let folder: string
let path: string

useFolder((made, socket) => {
  folder = made
  path = socket
})

describe.skipIf(!isRoot)(`listen of another user${isRoot ? '' : ' (needs root)'}`, () => {
  const attempt = () =>
    inProcess(
      `
      import net from 'node:net'
      sockctl.listen(net.createServer(), { path: ${JSON.stringify(path)}, staleSocket: 'remove' })
        .then(() => 'listens', (error) => {
          const { code, stale } = error
          return code === 'EADDRINUSE' ? { code, stale: String(stale) } : String(error.stack)
        })
        .then((answer) => { report(answer); setImmediate(() => process.exit()) })`,
      nobody,
    )

  test.each([
    ['a folder of all, where it may not connect', 0o777, 0o755, 'undefined'],
    ['a folder of all, where it may connect', 0o777, 0o777, 'true'],
    ['a folder of all with the sticky bit, like /tmp', 0o1777, 0o777, 'true'],
  ])('leaves a stale socket in %s', async (_, folderMode, mode, stale) => {
    chmodSync(folder, folderMode)
    leaveStale(path)
    chmodSync(path, mode)
    expect(await attempt()).toEqual({ code: 'EADDRINUSE', stale })
    expect(readdirSync(folder)).toEqual(['socket'])
  })

  test('leaves its own in a folder that it may not change', async () => {
    chmodSync(folder, 0o755)
    leaveStale(path)
    chownSync(path, nobody, nobody)
    expect(await attempt()).toEqual({ code: 'EADDRINUSE', stale: 'true' })
    expect(readdirSync(folder)).toEqual(['socket'])
  })

  test('replaces its own, although others have sockets in folders that it may not look into', async () => {
    const hidden = mkdtempSync(join(tmpdir(), 'sockctl-hidden-'))
    await listen(keep(net.createServer()), { path: join(hidden, 'other') })
    onTestFinished(() => rmSync(hidden, { recursive: true }))
    chmodSync(folder, 0o777)
    leaveStale(path)
    chownSync(path, nobody, nobody)
    expect(await attempt()).toBe('listens')
  })

  test('as root replaces a stale one of anybody', async () => {
    leaveStale(path)
    chownSync(path, nobody, nobody)
    await listen(keep(net.createServer((socket) => socket.end('hello'))), { path, staleSocket: 'remove' })
    expect(await text(net.connect(path))).toBe('hello')
  })
})
