// A TLS server for devices that come and go:
//
//   node tls-server.mjs [--handshake milliseconds] certificate.pem key.pem [port]
//
// A device that lost its power leaves a connection behind, which keepalive probes find; one that starts a handshake and
// never ends it is reset, and leaves nothing, whether or not it is still there. It sends back what it gets, and ends with
// SIGINT or SIGTERM.
import { readFileSync } from 'node:fs'
import tls from 'node:tls'
import { parseArgs } from 'node:util'
import { abort, getOption, listen } from 'sockctl'

const options = { handshake: { type: 'string', default: '10000' } }
const { values, positionals } = parseArgs({ options, allowPositionals: true })
const [cert, key, port = 0] = positionals

const server = tls.createServer({
  cert: readFileSync(cert),
  key: readFileSync(key),
  handshakeTimeout: Number(values.handshake),
})

server.on('tlsClientError', ({ code }, socket) => {
  console.log(`${socket.remotePort} ${code}`)
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') abort(socket)
})

server.on('secureConnection', (socket) => {
  console.log(
    `${socket.remotePort} speaks ${socket.getProtocol()}, probed after ${getOption(socket, 'TCP_KEEPIDLE')} s`,
  )
  socket.on('error', (error) => console.log(`${socket.remotePort} ${error.code}`)).pipe(socket)
})

await listen(server, {
  host: '127.0.0.1',
  port: Number(port),
  options: { SO_KEEPALIVE: true, TCP_KEEPIDLE: 20, TCP_KEEPINTVL: 5, TCP_KEEPCNT: 4 },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close())
console.log(`listening on 127.0.0.1:${server.address().port}`)
