// An HTTP server that is replaced without losing a request:
//
//   node restart.mjs 8080 &
//   node restart.mjs 8080 &
//   kill %1
//
// The second one, of the same user, listens beside the first. That one, told to end, sends new connections to the second,
// accepts those that are in its queue, and ends with its last connection. With nobody beside it, it empties its queue.
import { once } from 'node:events'
import http from 'node:http'
import { drain, listen } from 'sockctl'

const [port = 0] = process.argv.slice(2)

const server = http.createServer((_, response) => response.end(`${process.pid}\n`))
await listen(server, { host: '127.0.0.1', port: Number(port), reusePort: true })
console.log(`${process.pid} listening on 127.0.0.1:${server.address().port}`)

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    const ended = once(server, 'close')
    const { guarantee, reason, accepted } = await drain(server)
    console.log(`stopped listening: ${guarantee}${reason ? ` (${reason})` : ''}, ${accepted} accepted meanwhile`)
    // Connections that are kept alive and have nothing to do.
    server.closeIdleConnections()
    await ended
  })
}
