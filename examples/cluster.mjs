// A cluster in which each worker has a listener of its own, and the kernel shares out the connections:
//
//   node cluster.mjs [port] [workers]
//
// No connection goes through the primary, which otherwise accepts them all and hands them on. The primary holds the port
// with a socket that does not listen, so that it stays theirs while a worker is replaced. It ends with SIGINT or SIGTERM.
import cluster from 'node:cluster'
import { once } from 'node:events'
import http from 'node:http'
import { availableParallelism } from 'node:os'
import { BareSocket, listen, setOption } from 'sockctl'

const host = '127.0.0.1'

function hold(port) {
  const socket = new BareSocket('ipv4')
  setOption(socket, 'SO_REUSEPORT', true)
  socket.bind({ address: host, port })
  return socket
}

async function runPrimary([port = 0, count = availableParallelism()]) {
  const held = hold(Number(port))
  const env = { PORT: held.address().port }
  const workers = Array.from({ length: Number(count) }, () => cluster.fork(env))
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const stop = () => {
    for (const worker of workers) worker.kill()
    held.close()
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
  console.log(`${count} workers listen on http://${host}:${env.PORT}`)
}

async function runWorker() {
  const server = http.createServer((_, response) => {
    response.setHeader('connection', 'close')
    response.end(`worker ${cluster.worker.id}, process ${process.pid}\n`)
  })
  await listen(server, { host, port: Number(process.env.PORT), reusePort: true })
  // The primary, which has no part in it, cannot know otherwise.
  process.send('listening')
}

if (cluster.isPrimary) await runPrimary(process.argv.slice(2))
else await runWorker()
