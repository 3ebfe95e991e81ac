// An HTTP server that is replaced without losing a request:
//
//   node restart.mjs 8080 &
//   node restart.mjs 8080 &
//   kill %1
//
// The second one, of the same user, listens beside the first. That one, told to end, sends new connections to the second,
// accepts those that are in its queue, and lets their clients go with the next response. With nobody beside it, it empties
// its queue.
import http from 'node:http'
import { drain, listen, ServerConnections } from 'sockctl'

const [port = 0] = process.argv.slice(2)

const server = http.createServer((_, response) => response.end(`${process.pid}\n`))
const connections = new ServerConnections(server)
await listen(server, { host: '127.0.0.1', port: Number(port), reusePort: true })
console.log(`${process.pid} listening on 127.0.0.1:${server.address().port}`)

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    const { guarantee, reason, accepted } = await drain(server)
    console.log(`stopped listening: ${guarantee}${reason ? ` (${reason})` : ''}, ${accepted} accepted meanwhile`)
    // closeIdleConnections() would close those as well on which a request is on its way.
    await connections.closeAfterPeers({ timeout: 10_000 })
  })
}
