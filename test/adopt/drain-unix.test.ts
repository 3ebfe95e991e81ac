import { renameSync } from 'node:fs'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { drain, listen } from '../../lib/index.js'
import { inProcess } from '../support.js'
import { Clients, startMember } from './drains.js'
import { useFolder } from './folder.js'
import { answerOf, keepServers } from './servers.js'

const keep = keepServers()
let path: string
useFolder((_, madePath) => {
  path = madePath
})

/** Starts a listener beside the one at the path, and lets it take its place there. */
async function startNext(): Promise<net.Server> {
  const next = keep(await startMember('next', { path: `${path}.next`, reusePort: undefined }))
  renameSync(`${path}.next`, path)
  return next
}

describe('drain of a Unix socket', () => {
  test('loses nobody where another has taken its path', async () => {
    const old = await startMember('old', { path, reusePort: undefined })
    const clients = new Clients({ path }, 8)
    await clients.told(20)
    await startNext()
    const report = await drain(old)
    expect(report).toMatchObject({ guarantee: 'lossless', reason: undefined, queue: { left: 0 }, synRecv: undefined })
    clients.forget()
    await clients.told(20)
    expect(await clients.stop()).toEqual(['next'])
  })

  test('loses nobody, and does not know it, where the listener was itself renamed to the path', async () => {
    const first = await startMember('first', { path, reusePort: undefined })
    const second = await startNext()
    await drain(first)
    const clients = new Clients({ path }, 8)
    await clients.told(20)
    await startNext()
    const report = await drain(second)
    expect(report).toMatchObject({ guarantee: 'queue-empty', reason: expect.stringMatching(/if it was renamed/) })
    await clients.told(20)
    expect(await clients.stop()).toEqual(['next'])
  })

  test('says that Node removed the path of the next one with a server that Node made', async () => {
    const old = net.createServer()
    await new Promise<void>((resolve) => old.listen(path, resolve))
    await startNext()
    const report = await drain(old)
    expect(report).toMatchObject({ guarantee: 'none', reason: expect.stringMatching(/removed the path/) })
  })

  test.each(['a path', 'an abstract name'])('empties the queue where nobody has taken %s', async (what) => {
    const place = what === 'a path' ? path : `\0sockctl-test-${process.pid}`
    const old = await startMember('old', { path: place, reusePort: undefined })
    expect(await answerOf({ path: place })).toBe('old')
    const report = await drain(old)
    expect(report).toMatchObject({ guarantee: 'queue-empty', queue: { left: 0 }, kernel: undefined })
    expect(report.reason).toMatch(/no other listener has taken its path/)
  })

  test('says that the queue was not emptied by a server that takes no more', async () => {
    const old = await listen(net.createServer({ pauseOnConnect: true }), { path })
    old.maxConnections = 1
    const clients = [net.connect(path), net.connect(path)].map((client) => client.on('error', () => {}))
    const report = await drain(old)
    expect(report).toMatchObject({ guarantee: 'none', dropped: 1, reason: expect.stringMatching(/maxConnections/) })
    for (const client of clients) client.destroy()
  })

  test('counts what was dropped where a listener of the program throws', async () => {
    const program = `
      const net = await import('node:net')
      process.on('uncaughtException', () => {})
      // The first drain loads what it takes.
      await sockctl.drain(await sockctl.listen(net.createServer(), { path: '${path}' }))
      const server = net.createServer().on('drop', () => { throw new Error('mine') })
      server.maxConnections = 1
      await sockctl.listen(server, { path: '${path}' })
      for (let made = 0; made < 3; made++) new sockctl.BareSocket('unix').connect({ path: '${path}' })
      const { guarantee, dropped } = await sockctl.drain(server)
      report({ guarantee, dropped })
      process.exit()`
    expect(await inProcess(program)).toEqual({ guarantee: 'none', dropped: 2 })
  })
})
