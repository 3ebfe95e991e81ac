import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'
import { describe, expect, test } from 'vitest'
import { showsProtocol } from '../../lib/diag/sockets.js'
import { drain, listen } from '../../lib/index.js'
import { useOwnNetwork } from '../sockets/network.js'
import { closeServer, portOfServer } from './pairs.js'
import { keepServers } from './servers.js'
import { credentials, trust } from './tls.js'

useOwnNetwork()

const keep = keepServers()
const whyNoMptcp = showsProtocol('mptcp') ? '' : ' (this kernel has no MPTCP)'
const host = '127.0.0.1'

/** Answers with the name of the server that was asked, over a connection of its own or one that stays. */
type Ask = (agent: http.Agent | undefined) => Promise<string>

function answer(name: string): http.RequestListener {
  return (_, response) => response.end(name)
}

async function bodyOf(request: http.ClientRequest): Promise<string> {
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  let body = ''
  for await (const part of response) body += part
  return body
}

const kinds: [kind: string, make: (name: string) => net.Server, ask: (port: number) => Ask][] = [
  ['http', (name) => http.createServer(answer(name)), (port) => (agent) => bodyOf(http.get({ host, port, agent }))],
  [
    'https',
    (name) => https.createServer(credentials, answer(name)),
    (port) => (agent) => bodyOf(https.get({ host, port, agent, ...trust })),
  ],
]

describe.each(kinds)('drain of an %s server', (kind, make, askAt) => {
  test('lets a connection that is kept alive go on', async () => {
    const old = await listen(make('old'), { host, reusePort: true })
    const port = portOfServer(old)
    const ask = askAt(port)
    const agent = new (kind === 'http' ? http : https).Agent({ keepAlive: true, maxSockets: 1 })
    expect(await ask(agent)).toBe('old')
    const next = keep(await listen(make('next'), { host, port, reusePort: true }))
    const report = await drain(old)
    expect(report).toMatchObject({ guarantee: 'lossless' })
    expect(await Promise.all([ask(agent), ask(undefined)])).toEqual(['old', 'next'])
    const gone = once(old, 'close')
    agent.destroy()
    await gone
    expect(next.listening).toBe(true)
  })
})

describe('drain of an http2 server', () => {
  test('lets a session go on', async () => {
    const make = (name: string) =>
      http2.createSecureServer(credentials).on('stream', (stream) => {
        stream.respond()
        stream.end(name)
      })
    const askOn = async (session: http2.ClientHttp2Session) => {
      let body = ''
      for await (const part of session.request()) body += part
      return body
    }
    const old = await listen(make('old'), { host, reusePort: true })
    const port = portOfServer(old)
    const session = http2.connect(`https://${host}:${port}`, trust)
    expect(await askOn(session)).toBe('old')
    keep(await listen(make('next'), { host, port, reusePort: true }))
    expect(await drain(old)).toMatchObject({ guarantee: 'lossless' })
    expect(await askOn(session)).toBe('old')
    const gone = once(old, 'close')
    session.close()
    await gone
    const later = http2.connect(`https://${host}:${port}`, trust)
    expect(await askOn(later)).toBe('next')
    later.close()
  })
})

describe('drain of a tls server', () => {
  test('lets a handshake that has begun go on', async () => {
    const make = (name: string) => tls.createServer(credentials, (socket) => socket.end(name))
    const old = await listen(make('old'), { host, reusePort: true })
    const port = portOfServer(old)
    const accepted = once(old, 'connection')
    const raw = net.connect(port, host)
    await accepted
    const next = keep(await listen(make('next'), { host, port, reusePort: true }))
    expect(await drain(old)).toMatchObject({ guarantee: 'lossless', accepted: 0 })
    const [data] = await once(tls.connect({ socket: raw, ...trust }), 'data')
    expect(String(data)).toBe('old')
    await closeServer(next)
  })
})

describe.skipIf(whyNoMptcp)(`drain of an MPTCP listener${whyNoMptcp}`, () => {
  test.each([1, 2])('empties the queue, in a group of %i, and says that it takes no program', async (members) => {
    const how = { host, reusePort: true, protocol: 'mptcp' } as const
    const old = await listen(net.createServer(), how)
    if (members === 2) keep(await listen(net.createServer(), { ...how, port: portOfServer(old) }))
    const report = await drain(old)
    expect(report).toMatchObject({ guarantee: 'queue-empty', filter: { used: false } })
    expect(report.steering).toMatchObject({ used: false, members, undone: true })
    expect(report.steering.error?.code).toBe(members === 2 ? 'ERR_SOCKCTL_UNSUPPORTED' : undefined)
  })
})
