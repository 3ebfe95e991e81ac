import { spawn } from 'node:child_process'
import type net from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { DrainReport, ListenOptions } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { built, isRoot, nobody } from '../support.js'
import { startMember } from './drains.js'
import { useFolder } from './folder.js'
import { portOfServer } from './pairs.js'
import { keepServers } from './servers.js'

useOwnNetwork()

const keep = keepServers()
let path: string
useFolder((_, madePath) => {
  path = madePath
})
const why = isRoot ? '' : ' (needs root, whose processes another user may not look into)'

/** What drain() says in a process of another user that was given the listener of this one. */
async function drainedElsewhere(server: net.Server): Promise<DrainReport> {
  const program = `
    import net from 'node:net'
    import { drain, listen } from '${built}index.js'
    await drain(await listen(net.createServer(), { host: '127.0.0.1' }))
    process.setgroups([]); process.setgid(${nobody}); process.setuid(${nobody})
    const server = net.createServer()
    await new Promise((resolve) => server.listen({ fd: 3 }, resolve))
    process.stdout.write(JSON.stringify(await drain(server)))
    process.exit()`
  const { _handle: handle } = server as unknown as { _handle: net.Server }
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit', handle as never],
  })
  return JSON.parse(await text(child.stdout as NonNullable<typeof child.stdout>))
}

describe.skipIf(why)(`drain of a listener that a hidden process has too${why}`, () => {
  test.each<[string, () => ListenOptions]>([
    ['TCP', () => ({ host: '127.0.0.1', reusePort: true })],
    ['Unix', () => ({ path })],
  ])('says that it goes on there: %s', async (kind, options) => {
    const server = keep(await startMember('', { reusePort: undefined, ...options() }))
    if (kind === 'TCP') keep(await startMember('', { ...options(), port: portOfServer(server) }))
    const { guarantee, reason } = await drainedElsewhere(server)
    expect(guarantee).toBe('none')
    expect(reason).toMatch(/open elsewhere too/)
    expect(server.listening).toBe(true)
  })
})
