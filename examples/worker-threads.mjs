// One process whose worker threads each have a listener of their own on one port:
//
//   node worker-threads.mjs [port] [threads]
//
// A server in a worker thread cannot take connections from another thread, and does not have to: the kernel shares them
// out among the listeners, and what a thread accepts stays there. It ends with SIGINT or SIGTERM.
import { once } from 'node:events'
import http from 'node:http'
import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, threadId, Worker, workerData } from 'node:worker_threads'
import { listen } from 'sockctl'

const host = '127.0.0.1'

async function runThread(port) {
  const server = http.createServer((_, response) => {
    response.setHeader('connection', 'close')
    response.end(`thread ${threadId}\n`)
  })
  await listen(server, { host, port, reusePort: true })
  parentPort.postMessage(server.address().port)
  parentPort.once('message', () => server.close())
}

/** Starts a thread, which listens on a port, and gives the port. */
async function start(port) {
  const thread = new Worker(new URL(import.meta.url), { workerData: port })
  const [actual] = await once(thread, 'message')
  return { thread, port: actual }
}

async function runMain([port = 0, count = availableParallelism()]) {
  // With port 0 the first one gets a port from the kernel, and the others join it there.
  const first = await start(Number(port))
  const others = await Promise.all(Array.from({ length: count - 1 }, () => start(first.port)))
  const stop = () => {
    for (const { thread } of [first, ...others]) thread.postMessage('stop')
  }
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
  console.log(`${count} threads listen on http://${host}:${first.port}`)
}

if (isMainThread) await runMain(process.argv.slice(2))
else await runThread(workerData)
