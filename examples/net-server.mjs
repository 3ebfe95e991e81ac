// A TCP server that finds out about peers which are gone, and gets rid of those which are silent:
//
//   node net-server.mjs [--idle milliseconds] [port]
//
// A peer whose machine was switched off, or whose NAT forgot it, is noticed only by keepalive probes and by the time that
// sent data may stay unacknowledged. Both are set once, on the listener: what it accepts inherits them. It sends back
// what it gets, and ends with SIGINT or SIGTERM.
import net from 'node:net'
import { parseArgs } from 'node:util'
import { abort, getOption, listen } from 'sockctl'

const { values, positionals } = parseArgs({ options: { idle: { type: 'string' } }, allowPositionals: true })
const [port = 0] = positionals

const server = net.createServer((socket) => {
  const peer = `${socket.remoteAddress}:${socket.remotePort}`
  const [idle, interval, count] = ['TCP_KEEPIDLE', 'TCP_KEEPINTVL', 'TCP_KEEPCNT'].map((name) =>
    getOption(socket, name),
  )
  console.log(`${peer} connected, ${count} probes every ${interval} s after ${idle} s`)
  socket.on('error', (error) => console.log(`${peer} ${error.code}`))
  socket.on('close', () => console.log(`${peer} closed`))
  socket.setTimeout(Number(values.idle ?? 60_000), () => {
    console.log(`${peer} is silent`)
    // A reset: it keeps neither the peer's half of the connection nor our port in TIME_WAIT.
    abort(socket)
  })
  socket.pipe(socket)
})

await listen(server, {
  host: '127.0.0.1',
  port: Number(port),
  options: { SO_KEEPALIVE: true, TCP_KEEPIDLE: 30, TCP_KEEPINTVL: 10, TCP_KEEPCNT: 3, TCP_USER_TIMEOUT: 60_000 },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close())
console.log(`listening on 127.0.0.1:${server.address().port}`)
