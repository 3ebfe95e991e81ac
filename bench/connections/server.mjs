import cluster from 'node:cluster'
import { once } from 'node:events'
import net from 'node:net'
import { growth, memory } from './memory.mjs'

// A cluster that keeps all connections to one port: node server.mjs WAY PORT WORKERS. To 'report' each worker answers
// with its memory and how many connections it has.

const [, , way, port, workers] = process.argv
const backlog = 4096

const ways = {
  stock: (server) => server.listen({ host: '0.0.0.0', port, backlog }),
  async sockctl(server) {
    const { listen } = await import('../../dist/index.js')
    await listen(server, { host: '0.0.0.0', port: Number(port), reusePort: true, backlog })
  },
}

async function serve() {
  let connections = 0
  const server = net.createServer((socket) => {
    connections++
    socket.on('error', () => {}).on('data', (bytes) => socket.write(bytes))
  })
  await Promise.all([once(server, 'listening'), ways[way](server)])
  const before = memory()
  process.on('message', () => process.send({ connections, ...growth(before, memory()) }))
  process.send('listening')
}

async function startWorkers() {
  const started = Array.from({ length: Number(workers) }, () => cluster.fork())
  await Promise.all(started.map((worker) => once(worker, 'message')))
  process.on('message', async () => {
    const answers = started.map(async (worker) => {
      worker.send('report')
      const [report] = await once(worker, 'message')
      return report
    })
    process.send(await Promise.all(answers))
  })
  process.on('disconnect', () => {
    for (const worker of started) worker.process.kill('SIGKILL')
    process.exit()
  })
  process.send('listening')
}

if (cluster.isPrimary) await startWorkers()
else await serve()
