import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { connect, listen } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { useOwnNetwork } from '../sockets/network.js'
import { isRoot } from '../support.js'
import { portOfServer } from './pairs.js'
import { keepServers, lookupOf, refusedConnect } from './servers.js'

useOwnNetwork()

const keep = keepServers()
const address = 'fe80::77'

describe('connect to an address with a zone', () => {
  test.skipIf(!isRoot).each([['a name'], ['an index']])(`takes %s${isRoot ? '' : ' (needs root)'}`, async (form) => {
    execFileSync('ip', ['-6', 'address', 'replace', `${address}/64`, 'dev', 'lo', 'nodad'])
    const zone = form === 'a name' ? 'lo' : String(native.interfaceIndex(Buffer.from('lo')))
    const host = `${address}%${zone}`
    const server = keep(net.createServer((socket) => socket.on('error', () => {}).resume()))
    const port = portOfServer(await listen(server, { host }))
    const accepted = once(server, 'connection') as Promise<[net.Socket]>
    const client = await connect({ host, port, localAddress: host })
    expect(client.remoteAddress).toBe(`${address}%lo`)
    expect((await accepted)[0].remotePort).toBe(client.localPort)
    client.destroy()
  })

  test('says so where it names no interface, and goes on to the next address', async () => {
    const host = `${address}%no-such-one`
    const wrong = { code: 'ENODEV', syscall: 'if_nametoindex', address: host }
    expect(await refusedConnect({ host, port: 1 })).toMatchObject(wrong)
    const server = keep(net.createServer((socket) => socket.on('error', () => {}).resume()))
    const port = portOfServer(await listen(server, { host: '127.0.0.1' }))
    const client = await connect({ host: 'name', port, lookup: lookupOf(host, '127.0.0.1'), autoSelectFamily: true })
    expect(client.remoteAddress).toBe('127.0.0.1')
    client.destroy()
  })
})
