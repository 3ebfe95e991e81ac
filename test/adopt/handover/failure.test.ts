import dgram from 'node:dgram'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import net from 'node:net'
import { describe, expect, test } from 'vitest'
import { useFolder } from '../folder.js'
import { answer, begun, has, httpServer, type Started, serving } from './serving.js'
import { keepPrograms } from './world.js'

const start = keepPrograms()
const host = '127.0.0.1'
let path: string

useFolder((_, socket) => {
  path = socket
})

/** A server whose connections stay and which says where the datagram socket is, and that one. */
const several = `{
  long: { server: net.createServer((socket) => socket.on('error', () => {}).write(pid + ' ' + servers.stats.socket.address().port)),
    listen: { host: '${host}' } },
  stats: { socket: dgram.createSocket('udp4', function (_, from) { this.send(pid, from.port, from.address) }),
    bind: { address: '${host}' } } }`

/** Asks a datagram socket which process it is of. */
async function ask(port: number): Promise<number> {
  const client = dgram.createSocket('udp4')
  const received = once(client, 'message')
  client.send('who', port, host)
  const [data] = await received
  client.close()
  return Number(data)
}

/** Connects, and stays; gives which process answered, and the port of its datagram socket. */
async function stay(port: number): Promise<{ client: net.Socket; pid: number; stats: number }> {
  const client = net.connect(port, host)
  client.on('error', () => {})
  const [data] = await once(client, 'data')
  const [pid, stats] = String(data).split(' ').map(Number) as [number, number]
  return { client, pid, stats }
}

describe('a new process', () => {
  test("that dies while the old one's connections end leaves all to it, and the next can take over", async () => {
    const old = await start(serving(path, several))
    const { port } = await old.message<Started>(begun)
    const { client, stats } = await stay(port)
    const next = await start(serving(path, several))
    await next.message(begun)
    const other = await stay(port)
    expect(other.pid).toBe(next.pid)
    expect(await ask(stats)).toBe(next.pid)
    process.kill(next.pid, 'SIGKILL')
    await old.message(has('resumed'))
    const again = await stay(port)
    expect(again.pid).toBe(old.pid)
    expect(await ask(stats)).toBe(old.pid)
    const third = await start(serving(path, several))
    expect((await third.message<Started>(begun)).start.received).toEqual(['long', 'stats'])
    for (const one of [client, other.client, again.client]) one.destroy()
    await old.message(has('left'))
    expect(await ask(stats)).toBe(third.pid)
  })

  test('that says goodbye need not be replaced', async () => {
    const old = await start(serving(path, several))
    const { port } = await old.message<Started>(begun)
    const { client } = await stay(port)
    const next = await start(serving(path, several))
    await next.message(begun)
    await next.tell('close')
    // The file goes in the next turn of its event loop.
    await next.tell('anything')
    process.kill(next.pid, 'SIGKILL')
    await next.exited
    client.destroy()
    expect(await old.message(has('left'))).toMatchObject({ left: { connections: 1, cut: 0 } })
    expect(existsSync(path)).toBe(false)
  })

  test('that does not get ready in time is told so', async () => {
    const old = await start(serving(path, httpServer(0), '{ readyTimeout: 100 }'))
    const { port } = await old.message<Started>(begun)
    const next = await start(
      serving(path, httpServer(port), '{ prepare: () => new Promise((done) => setTimeout(done, 300)) }'),
    )
    expect(await old.message(has('failed'))).toMatchObject({ failed: expect.stringContaining('ETIMEDOUT') })
    expect(await next.message(has('error'))).toMatchObject({ error: 'ERR_SOCKCTL_HANDOVER' })
    expect((await answer(port)).body).toBe(String(old.pid))
  })

  test('is refused while another one takes over', async () => {
    const old = await start(serving(path, httpServer(0)))
    const { port } = await old.message<Started>(begun)
    const slow =
      '{ prepare: () => new Promise((done) => { post({ preparing: true }); process.once("message", done) }) }'
    const next = await start(serving(path, httpServer(port), slow))
    await next.message(has('preparing'))
    const third = await start(serving(path, httpServer(port)))
    expect(await third.message(has('error'))).toMatchObject({ text: expect.stringContaining('under way') })
    next.send('go on')
    await next.message(begun)
  })
})

describe('who connects', () => {
  test('and says nothing, or babbles, or goes, keeps nobody from taking over', async () => {
    const old = await start(serving(path, httpServer(0)))
    const { port } = await old.message<Started>(begun)
    const visitors = Array.from({ length: 8 }, () => net.connect(path).on('error', () => {}))
    await Promise.all(visitors.map((visitor) => once(visitor, 'data')))
    visitors[0]?.write('babble\n')
    visitors[1]?.write('{"step":"ready-to-receive","to":"../x"}\n')
    visitors[2]?.destroy()
    const next = await start(serving(path, httpServer(port)))
    expect((await next.message<Started>(begun)).start.received).toEqual(['web'])
    for (const visitor of visitors) visitor.destroy()
  })
})

describe('an old process', () => {
  test('that hangs is not waited for longer than told', async () => {
    const hanging = net.createServer(() => {}).listen(path)
    await once(hanging, 'listening')
    const next = await start(serving(path, httpServer(0), '{ timeout: 100 }'))
    expect(await next.message(has('error'))).toMatchObject({ error: 'ETIMEDOUT' })
    hanging.close()
  })

  test('that died and left its file is replaced', async () => {
    const old = await start(serving(path, httpServer(0)))
    const { port } = await old.message<Started>(begun)
    process.kill(old.pid, 'SIGKILL')
    await old.exited
    expect(existsSync(path)).toBe(true)
    const next = await start(serving(path, httpServer(port)))
    expect((await next.message<Started>(begun)).start).toMatchObject({ received: [], bound: ['web'] })
  })
})
