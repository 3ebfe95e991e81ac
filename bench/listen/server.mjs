import cluster from 'node:cluster'
import { once } from 'node:events'
import net from 'node:net'

// A cluster whose workers accept on one port: node server.mjs PORT WORKERS WAY. Sends its process ids once all listen.

const [, , port, workers, way] = process.argv

/** How a worker listens. */
const ways = {
  'round robin': (server) => server.listen({ host: '127.0.0.1', port }),
  'reusePort of Node.js': (server) => server.listen({ host: '127.0.0.1', port, reusePort: true }),
  async sockctl(server) {
    const { listen } = await import('../../dist/index.js')
    await listen(server, { host: '127.0.0.1', port: Number(port), reusePort: true })
  },
}

function answer(socket) {
  socket.on('error', () => {})
  socket.once('data', () => socket.end('!'))
}

async function serve() {
  const server = net.createServer(answer)
  const listening = once(server, 'listening')
  await Promise.all([listening, ways[way](server)])
  process.send('listening')
}

async function startWorkers() {
  const started = Array.from({ length: Number(workers) }, () => cluster.fork())
  await Promise.all(started.map((worker) => once(worker, 'message')))
  process.send([process.pid, ...started.map((worker) => worker.process.pid)])
  process.on('disconnect', () => process.exit())
}

if (cluster.isPrimary) await startWorkers()
else await serve()
