import { describe, expect, test } from 'vitest'
import { useOwnNetwork } from '../sockets/network.js'
import { isRoot, nobody } from '../support.js'
import { inCluster } from './cluster.js'
import { Clients } from './drains.js'
import { keepMembers, memberKinds } from './members.js'

useOwnNetwork()

const start = keepMembers()
const host = '127.0.0.1'

/** Listens, and is drained once a connection says so; it answers that one with what came of it. */
const program = `
  const server = net.createServer((socket) => {
    socket.on('error', () => {}).end(id)
  })
  await sockctl.listen(server, { host: '${host}', port, reusePort: true })
  const at = await sockctl.listen(net.createServer(async (socket) => {
    const { guarantee, reason, steering } = await sockctl.drain(server)
    socket.end(JSON.stringify({ guarantee, reason, undone: steering.undone }))
  }), { host: '${host}' })
  post([server.address().port, at.address().port])`

async function drainAt(port: number): Promise<unknown> {
  const { connect } = await import('../../lib/index.js')
  const { text } = await import('node:stream/consumers')
  return JSON.parse(await text(await connect({ host, port })))
}

describe.each(memberKinds)('drain in one of three %s', (kind) => {
  test('loses nobody', async () => {
    const [port, control] = (await start(kind, program, 0, 0)) as [number, number]
    await start(kind, program, 1, port)
    await start(kind, program, 2, port)
    const clients = new Clients({ host, port }, 8)
    await clients.told(50)
    expect(await drainAt(control)).toEqual({ guarantee: 'lossless', undone: true })
    clients.forget()
    await clients.told(100)
    expect(await clients.stop()).toEqual(['1', '2'])
  })
})

const why = isRoot ? '' : ' (needs root, to give its rights up)'

describe.skipIf(why)(`drain among processes that may not look into each other${why}`, () => {
  test('loses nobody, and says that the program stays', async () => {
    // Whoever has changed its user is closed to others of that user, until it runs another program.
    const closedProgram = `
      await sockctl.drain(await sockctl.listen(net.createServer(), { host: '${host}' }))
      process.setgroups([]); process.setgid(${nobody}); process.setuid(${nobody})
      ${program}`
    const [port, control] = (await start('processes', closedProgram, 0, 0)) as [number, number]
    await start('processes', closedProgram, 1, port)
    const clients = new Clients({ host, port }, 8)
    await clients.told(50)
    expect(await drainAt(control)).toEqual({ guarantee: 'lossless', undone: false })
    clients.forget()
    await clients.told(50)
    expect(await clients.stop()).toEqual(['1'])
  })
})

describe('drain in a worker of a cluster whose primary has the socket', () => {
  test('says so, and leaves the server as it is', async () => {
    const answer = await inCluster(
      'report((await start()).message)',
      `
      const server = net.createServer().listen(0, '${host}')
      await once(server, 'listening')
      const { code } = await sockctl.drain(server).catch((error) => error)
      process.send({ code, listening: server.listening })`,
    )
    expect(answer).toEqual({ code: 'ERR_INVALID_STATE', listening: true })
  })

  test('says that others go on where the workers share it', async () => {
    const { guarantee, reason } = await inCluster<{ guarantee: string; reason: string }>(
      'cluster.schedulingPolicy = cluster.SCHED_NONE; report((await start()).message)',
      `
      const server = net.createServer().listen(0, '${host}')
      await once(server, 'listening')
      process.send(await sockctl.drain(server))`,
    )
    expect(guarantee).toBe('none')
    expect(reason).toMatch(/open elsewhere too/)
  })
})
