import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { connect, listen, setOption } from '../../lib/index.js'
import { connectedPair, inProcess, isRoot, nobody, rejectionOf, thrownBy } from '../support.js'

const folder = mkdtempSync(join(tmpdir(), 'sockctl-control-'))
afterAll(() => rmSync(folder, { recursive: true }))

function lookup(
  _host: string,
  _options: object,
  done: (error: null, answers: { address: string; family: number }[]) => void,
) {
  done(null, [
    { address: '127.0.0.1', family: 4 },
    { address: '127.0.0.2', family: 4 },
  ])
}

describe('the control function', () => {
  test('of connect runs once when it throws a system error of its own', async () => {
    const control = vi.fn(() => void readFileSync('/nonexistent'))
    const error = await rejectionOf(
      connect({ host: 'two.test', port: 1, lookup: lookup as net.LookupFunction, control }),
    )
    expect(error).toMatchObject({ code: 'ENOENT', syscall: 'open' })
    expect(control).toHaveBeenCalledTimes(1)
  })

  test('of listen runs once when it throws what looks like a missing family', async () => {
    const own = Object.assign(new Error('mine'), { code: 'EADDRNOTAVAIL', syscall: 'bind' })
    const control = vi.fn(() => {
      throw own
    })
    expect(await rejectionOf(listen(net.createServer(), { control }))).toBe(own)
    expect(control).toHaveBeenCalledTimes(1)
  })

  test('of listen that fires the signal leaves no socket file', async () => {
    const path = join(folder, 'aborted')
    const controller = new AbortController()
    const control = () => controller.abort('enough')
    const error = await rejectionOf(listen(net.createServer(), { path, signal: controller.signal, control }))
    expect(error).toMatchObject({ code: 'ABORT_ERR', cause: 'enough' })
    expect(existsSync(path)).toBe(false)
  })
})

describe('a Unix server', () => {
  test.skipIf(!isRoot)('closes without the right to remove its file (needs root to give it up)', async () => {
    const path = join(folder, 'kept')
    const closed = await inProcess<string>(`
      import net from 'node:net'
      const server = await sockctl.listen(net.createServer(), { path: ${JSON.stringify(path)} })
      process.seteuid(${nobody})
      server.close(() => report('closed'))`)
    expect(closed).toBe('closed')
  })
})

describe('SO_LINGER with a time', () => {
  test('is refused on a socket of Node that has an fd of its own, as stdin has', async () => {
    const { client, accepted, server } = await connectedPair()
    const stdin = Object.assign(client, { fd: 0 })
    const error = thrownBy(() => setOption(stdin, 'SO_LINGER', { on: true, seconds: 1 }))
    expect(error.code).toBe('ERR_INVALID_ARG_VALUE')
    for (const socket of [client, accepted]) socket.destroy()
    server.close()
  })
})
