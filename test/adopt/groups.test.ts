import dgram from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { useOwnNetwork } from '../sockets/network.js'
import { keepMembers, memberKinds } from './members.js'
import { answerOf } from './servers.js'

useOwnNetwork()

const start = keepMembers()
const asked = 96

const listener = (host: string) => `
  const server = net.createServer((socket) => socket.on('error', () => {}).end(id))
  await sockctl.listen(server, { host: '${host}', port, reusePort: true })
  post(server.address().port)`

const receiver = (type: string, address: string) => `
  const socket = dgram.createSocket('${type}')
  socket.on('message', (_, { port, address }) => socket.send(id, port, address))
  await sockctl.bindDatagram(socket, { address: '${address}', port, reusePort: true })
  post(socket.address().port)`

async function answerOfDatagram(type: 'udp4' | 'udp6', port: number, address: string): Promise<string> {
  const client = dgram.createSocket(type)
  client.send('who?', port, address)
  const [data] = await once(client, 'message')
  client.close()
  return String(data)
}

const groups = [
  {
    what: 'TCP over IPv4',
    program: listener('127.0.0.1'),
    ask: (port: number) => answerOf({ port, host: '127.0.0.1' }),
  },
  { what: 'TCP over IPv6', program: listener('::1'), ask: (port: number) => answerOf({ port, host: '::1' }) },
  {
    what: 'UDP over IPv4',
    program: receiver('udp4', '127.0.0.1'),
    ask: (port: number) => answerOfDatagram('udp4', port, '127.0.0.1'),
  },
  {
    what: 'UDP over IPv6',
    program: receiver('udp6', '::1'),
    ask: (port: number) => answerOfDatagram('udp6', port, '::1'),
  },
]

describe.each(memberKinds)('a SO_REUSEPORT group over three %s', (kind) => {
  test.each(groups)('with $what: each gets its share', async ({ program, ask }) => {
    const port = (await start(kind, program, 0, 0)) as number
    expect(await start(kind, program, 1, port)).toBe(port)
    expect(await start(kind, program, 2, port)).toBe(port)
    const answers = await Promise.all(Array.from({ length: asked }, () => ask(port)))
    const counts = ['0', '1', '2'].map((id) => answers.filter((answer) => answer === id).length)
    for (const count of counts) expect(count).toBeGreaterThan(asked / 10)
    expect(counts.reduce((sum, count) => sum + count)).toBe(asked)
  })
})

describe.each(memberKinds)('a port that is asked for alone, over two %s', (kind) => {
  test('is refused to the second', async () => {
    const program = `
      const refusal = ({ code, syscall }) => ({ code, syscall })
      const one = await sockctl.listen(net.createServer(), { host: '127.0.0.1', port }).catch(refusal)
      const same = { address: '127.0.0.1', port: port || one.address().port }
      const other = await sockctl.bindDatagram(dgram.createSocket('udp4'), same).catch(refusal)
      post(port ? [one, other] : same.port)`
    const port = (await start(kind, program, 0, 0)) as number
    const refusal = { code: 'EADDRINUSE', syscall: 'bind' }
    expect(await start(kind, program, 1, port)).toEqual([refusal, refusal])
  })
})
