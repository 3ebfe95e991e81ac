import { spawn } from 'node:child_process'
import type net from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { type DrainReport, getFilter, type ListenOptions } from '../../lib/index.js'
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

const otherUser = `process.setgroups([]); process.setgid(${nobody}); process.setuid(${nobody})`

/** What drain() says in a process, of another user by default, that was given the listener of this one. */
async function drainedElsewhere(server: net.Server, who = otherUser, starter: string[] = []): Promise<DrainReport> {
  const program = `
    import net from 'node:net'
    import { drain, listen } from '${built}index.js'
    await drain(await listen(net.createServer(), { host: '127.0.0.1' }))
    ${who}
    const server = net.createServer()
    await new Promise((resolve) => server.listen({ fd: 3 }, resolve))
    process.stdout.write(JSON.stringify(await drain(server)))
    process.exit()`
  const { _handle: handle } = server as unknown as { _handle: net.Server }
  const [command, ...args] = [...starter, process.execPath, '--input-type=module', '--eval', program]
  const child = spawn(command as string, args, {
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
  test('drops no more of what comes to it there', async () => {
    const server = keep(await startMember('', { reusePort: undefined, host: '127.0.0.1' }))
    // Root can have SYNs dropped, and does not see who has the listener in front of its own PID namespace.
    const report = await drainedElsewhere(server, '', ['unshare', '--pid', '--fork', '--mount-proc'])
    expect(report).toMatchObject({ guarantee: 'none', filter: { used: true } })
    expect(getFilter(server)).toEqual([])
  })
})
