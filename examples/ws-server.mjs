// A WebSocket server whose idle connections outlive the NATs in between, and which notices those that do not:
//
//   node ws-server.mjs [port]
//
// The kernel probes each connection, with no ping from JavaScript. They inherit that from the listener. It sends back what
// it gets, and ends with SIGINT or SIGTERM.
import http from 'node:http'
import { getOption, listen } from 'sockctl'
import { WebSocketServer } from 'ws'

const [port = 0] = process.argv.slice(2)

const server = http.createServer()
const sockets = new WebSocketServer({ server })

sockets.on('connection', (socket, { socket: connection }) => {
  const [idle, interval] = [getOption(connection, 'TCP_KEEPIDLE'), getOption(connection, 'TCP_KEEPINTVL')]
  console.log(`${connection.remotePort} connected, probed after ${idle} s, then every ${interval} s`)
  socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }))
})

await listen(server, {
  host: '127.0.0.1',
  port: Number(port),
  options: { SO_KEEPALIVE: true, TCP_KEEPIDLE: 50, TCP_KEEPINTVL: 7, TCP_KEEPCNT: 3 },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
console.log(`listening on ws://127.0.0.1:${server.address().port}`)

function stop() {
  for (const socket of sockets.clients) socket.close(1001)
  server.close()
}
