import { describe, expect, test } from 'vitest'
import { built } from '../../support.js'
import { inCluster } from '../cluster.js'
import { useFolder } from '../folder.js'
import { keepPrograms } from './world.js'

const start = keepPrograms()
let path: string

useFolder((_, socket) => {
  path = socket
})

/** A cluster of two workers that share a port, each of which takes over at a path of its own. */
function cluster(port: number): string {
  const worker = `
    import http from 'node:http'
    import cluster from 'node:cluster'
    import { takeover } from 'HANDOVER'
    const server = http.createServer((_, response) => response.end(String(process.ppid)))
    const listen = { host: '127.0.0.1', port: Number(process.env.SHARED_PORT), reusePort: true }
    const running = await takeover(process.env.SHARED_PATH + cluster.worker.id, { web: { server, listen } })
    process.send({ received: running.start.received, port: server.address().port })
    await running.left
    process.disconnect()`
  return `
    import cluster from 'node:cluster'
    import { once } from 'node:events'
    import { writeFileSync } from 'node:fs'
    const file = ${JSON.stringify(`${path}-worker.mjs`)}
    const url = new URL('handover.js', '${new URL('../../../dist/', import.meta.url).href}').href
    writeFileSync(file, ${JSON.stringify(worker)}.replace('HANDOVER', url))
    cluster.setupPrimary({ exec: file, execArgv: [] })
    const fork = async (port) => {
      const worker = cluster.fork({ SHARED_PORT: port, SHARED_PATH: ${JSON.stringify(path)} })
      const [message] = await once(worker, 'message')
      return { worker, message }
    }
    const first = await fork(${port})
    const second = await fork(first.message.port)
    post({ workers: [first.message, second.message], port: first.message.port })
    await Promise.all([first, second].map(({ worker }) => once(worker, 'exit')))
    process.disconnect()`
}

interface Workers {
  workers: { received: string[]; port: number }[]
  port: number
}

async function answersAt(port: number): Promise<Set<string>> {
  const ask = async () => (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).text()
  return new Set(await Promise.all(Array.from({ length: 32 }, ask)))
}

describe("a worker's server that the primary listens for", () => {
  test('cannot be passed on, and the error says why', async () => {
    const answer = await inCluster(
      'report((await start()).message)',
      `
      const { sendSockets } = await import('${built}handover.js')
      const server = net.createServer().listen(0, '127.0.0.1', async () => {
        const { code, message } = await sendSockets(new net.Socket(), { server }).catch((error) => error)
        process.send({ code, message })
      })`,
    )
    expect(answer).toEqual({ code: 'ERR_INVALID_STATE', message: expect.stringContaining('cluster primary') })
  })
})

describe('takeover in a cluster', () => {
  test('goes from worker to worker, each at its own path, on the port that they share', async () => {
    const begun = (message: Record<string, unknown>) => message.workers !== undefined
    const old = await start(cluster(0))
    const { port, workers } = await old.message<Workers>(begun)
    expect(workers.map(({ received }) => received)).toEqual([[], []])
    expect(await answersAt(port)).toEqual(new Set([String(old.pid)]))
    const next = await start(cluster(port))
    expect((await next.message<Workers>(begun)).workers).toEqual(Array(2).fill({ received: ['web'], port }))
    expect(await answersAt(port)).toEqual(new Set([String(next.pid)]))
    await old.exited
  })
})
