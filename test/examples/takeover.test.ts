import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keepExamples } from './run.js'

const start = keepExamples()
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

describe('examples/takeover-server.mjs', () => {
  test('is restarted by starting it once more', async () => {
    const path = join(folder, 'socket')
    const old = start('takeover-server.mjs', path)
    const port = await old.port()
    await old.line(/^started/)
    const ask = async () => (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).text()
    const first = await ask()
    const next = start('takeover-server.mjs', path, String(port))
    await next.line(/^took over/)
    expect(await ask()).not.toBe(first)
    await old.line(/took over; of 0 connections 0 were cut/)
    expect(await old.ended()).toEqual({ status: 0, stderr: '' })
    expect(await next.stop()).toEqual({ status: 0, stderr: '' })
  })
})
