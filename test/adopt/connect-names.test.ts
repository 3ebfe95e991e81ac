import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { listen } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { portOfServer } from './pairs.js'
import { answerOf, keepServers, lookupOf, refusedConnect } from './servers.js'

useOwnNetwork()

const host = 'name.example'
const keep = keepServers()

/** Listens on an address, and gives the port. */
async function serve(address: string, port = 0): Promise<number> {
  const server = keep(net.createServer((socket) => socket.on('error', () => {}).end(address)))
  return portOfServer(await listen(server, { host: address, port, ipv6Only: true }))
}

describe('connect to a name', () => {
  test('looks it up as it is told to', async () => {
    const port = await serve('127.0.0.1')
    const lookup = lookupOf('127.0.0.1')
    expect(await answerOf({ host, port, lookup, family: 4, hints: 32 })).toBe('127.0.0.1')
    expect(lookup.mock.calls).toEqual([[host, { all: true, family: 4, hints: 32 }, expect.any(Function)]])
  })

  test('looks for the family of the local address', async () => {
    const port = await serve('::1')
    const lookup = lookupOf('::1')
    expect(await answerOf({ host, port, lookup, localAddress: '::1' })).toBe('::1')
    expect(lookup.mock.calls[0]?.[1]).toMatchObject({ family: 6 })
  })

  test('takes the answer of a lookup that gives one address', async () => {
    const port = await serve('127.0.0.1')
    const lookup: net.LookupFunction = (_name, _options, done) => done(null, '127.0.0.1', 4)
    expect(await answerOf({ host, port, lookup })).toBe('127.0.0.1')
  })

  test('looks nothing up for an address', async () => {
    const port = await serve('127.0.0.1')
    const lookup = lookupOf('127.0.0.2')
    expect(await answerOf({ host: '127.0.0.1', port, lookup })).toBe('127.0.0.1')
    expect(lookup).not.toHaveBeenCalled()
  })

  test('takes localhost where no host is given', async () => {
    const port = await serve('127.0.0.1')
    const lookup = lookupOf('127.0.0.1')
    expect(await answerOf({ port, lookup })).toBe('127.0.0.1')
    expect(lookup.mock.calls[0]?.[0]).toBe('localhost')
    expect(await answerOf({ port })).toBe('127.0.0.1')
  })

  test('passes the error of the lookup on as it is', async () => {
    const reason = Object.assign(new Error('on purpose'), { code: 'EAI_AGAIN', syscall: 'getaddrinfo' })
    const fails: net.LookupFunction = (_name, _options, done) => done(reason, [])
    expect(await refusedConnect({ host, port: 1, lookup: fails })).toBe(reason)
    const throws = () => {
      throw reason
    }
    expect(await refusedConnect({ host, port: 1, lookup: throws })).toBe(reason)
  })

  test.each([
    ['no address', [], 'ENOTFOUND'],
    ['what is no address', ['another.name'], 'ERR_INVALID_IP_ADDRESS'],
    ['an empty address', [''], 'ERR_INVALID_IP_ADDRESS'],
  ])('rejects a lookup that gives %s', async (_, addresses, code) => {
    expect(await refusedConnect({ host, port: 1, lookup: lookupOf(...addresses) })).toHaveProperty('code', code)
  })

  test.each([null, undefined, [null], [{}]])('rejects a lookup that gives %j', async (answer) => {
    const lookup: net.LookupFunction = (_name, _options, done) => done(null, answer as unknown as string)
    expect(await refusedConnect({ host, port: 1, lookup })).toHaveProperty('code', 'ERR_INVALID_IP_ADDRESS')
  })

  test('rejects a name that does not exist', async () => {
    const error = await refusedConnect({ host: 'name.invalid', port: 1 })
    expect(error.code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/)
    expect(error.syscall).toBe('getaddrinfo')
  })
})
