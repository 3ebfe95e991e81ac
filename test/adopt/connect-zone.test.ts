import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { connect, listen } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { useOwnNetwork } from '../sockets/network.js'
import { isRoot } from '../support.js'
import { closeServer, portOfServer } from './pairs.js'
import { keepServers, lookupOf, refusedConnect } from './servers.js'

useOwnNetwork()

const keep = keepServers()
const address = 'fe80::77'
const quiet = () => keep(net.createServer((socket) => socket.on('error', () => {}).resume()))

/** Gives an interface the address, and waits for the route to it, which the kernel adds a little later. */
async function addAddress(device: string): Promise<void> {
  execFileSync('ip', ['-6', 'address', 'replace', `${address}/64`, 'dev', device, 'nodad'])
  const routes = () => readFileSync('/proc/thread-self/net/ipv6_route', 'utf8')
  await expect.poll(routes).toMatch(/^fe800{26}77 80 /m)
}

/** Runs with another name for the loopback interface. */
async function withLoopback(name: string, run: () => Promise<void>): Promise<void> {
  const rename = (from: string, to: string) => {
    execFileSync('ip', ['link', 'set', from, 'down'])
    execFileSync('ip', ['link', 'set', from, 'name', to])
    execFileSync('ip', ['link', 'set', to, 'up'])
  }
  rename('lo', name)
  try {
    await addAddress(name)
    await run()
  } finally {
    rename(name, 'lo')
  }
}

describe('connect to an address with a zone', () => {
  test.skipIf(!isRoot).each([['a name'], ['an index']])(`takes %s${isRoot ? '' : ' (needs root)'}`, async (form) => {
    await addAddress('lo')
    const zone = form === 'a name' ? 'lo' : String(native.interfaceIndex(Buffer.from('lo')))
    const host = `${address}%${zone}`
    const server = quiet()
    const port = portOfServer(await listen(server, { host }))
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const client = await connect({ host, port, localAddress: host })
    expect(client.remoteAddress).toBe(`${address}%lo`)
    expect((await accepted)[0].remotePort).toBe(client.localPort)
    client.destroy()
  })

  const needsRoot = isRoot ? '' : ' (needs root)'

  test.skipIf(!isRoot)(`takes an interface with an underscore, of which Node knows none${needsRoot}`, async () => {
    await withLoopback('br_lan', async () => {
      const host = `${address}%br_lan`
      const server = quiet()
      const port = portOfServer(await listen(server, { host }))
      for (const localAddress of [undefined, host]) {
        const client = await connect({ host, port, localAddress, options: { SO_BINDTODEVICE: 'br_lan' } })
        expect(client.remoteAddress).toBe(host)
        client.resetAndDestroy()
      }
      const client = await connect({
        host: '::1%br_lan',
        port: portOfServer(await listen(quiet(), {})),
      })
      expect(client.remoteAddress).toBe('::1')
      client.resetAndDestroy()
      await closeServer(server)
    })
  })

  test('says so where it names no interface, and goes on to the next address', async () => {
    const host = `${address}%no-such-one`
    const wrong = { code: 'ENODEV', syscall: 'if_nametoindex', address: host }
    expect(await refusedConnect({ host, port: 1 })).toMatchObject(wrong)
    const server = quiet()
    const port = portOfServer(await listen(server, { host: '127.0.0.1' }))
    const client = await connect({ host: 'name', port, lookup: lookupOf(host, '127.0.0.1'), autoSelectFamily: true })
    expect(client.remoteAddress).toBe('127.0.0.1')
    client.destroy()
  })
})
