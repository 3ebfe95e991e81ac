// An HTTP server for many short requests over slow lines:
//
//   node http-server.mjs [port]
//
// It is not woken up for a connection before the request is there (TCP_DEFER_ACCEPT), takes requests with the first packet
// of clients that it knows (TCP_FASTOPEN), and announces a large window from the first packet on, which a buffer that is
// set on an accepted connection would be too late for. Each answer tells what its connection inherited. It ends with
// SIGINT or SIGTERM.
import http from 'node:http'
import { getOption, listen } from 'sockctl'

const [port = 0] = process.argv.slice(2)

const server = http.createServer(({ socket }, response) => {
  const inherited = ['SO_RCVBUF', 'TCP_USER_TIMEOUT'].map((name) => [name, getOption(socket, name)])
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ ...Object.fromEntries(inherited), port: socket.remotePort }))
})

await listen(server, {
  host: '127.0.0.1',
  port: Number(port),
  backlog: 4096,
  options: { TCP_DEFER_ACCEPT: 5, TCP_FASTOPEN: 256, SO_RCVBUF: 100_000, TCP_USER_TIMEOUT: 20_000 },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close())
console.log(`listening on http://127.0.0.1:${server.address().port}`)
