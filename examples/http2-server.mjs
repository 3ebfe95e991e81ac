// An HTTP/2 server that sends what is important first, on TLS where it is given a certificate, and without (h2c):
//
//   node http2-server.mjs [--cert certificate.pem --key key.pem] [port]
//
// What is in the kernel's send buffer cannot be overtaken any more. With TCP_NOTSENT_LOWAT that is little, and a small
// answer on one stream need not wait for the megabytes of another. The connections inherit it. It ends with SIGINT or
// SIGTERM.
import { readFileSync } from 'node:fs'
import http2 from 'node:http2'
import { parseArgs } from 'node:util'
import { getOption, listen } from 'sockctl'

const options = { cert: { type: 'string' }, key: { type: 'string' } }
const { values, positionals } = parseArgs({ options, allowPositionals: true })
const [port = 0] = positionals

const server = values.cert
  ? http2.createSecureServer({ cert: readFileSync(values.cert), key: readFileSync(values.key) })
  : http2.createServer()

server.on('stream', (stream) => {
  stream.respond({ ':status': 200, 'content-type': 'application/json' })
  const { alpnProtocol, socket } = stream.session
  const limit = getOption(stream.session, 'TCP_NOTSENT_LOWAT')
  stream.end(JSON.stringify({ alpnProtocol, TCP_NOTSENT_LOWAT: limit, port: socket.remotePort }))
})

await listen(server, {
  host: '127.0.0.1',
  port: Number(port),
  options: { TCP_NOTSENT_LOWAT: 16_384, SO_KEEPALIVE: true, TCP_KEEPIDLE: 45 },
})
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close())
console.log(`listening on ${values.cert ? 'https' : 'http'}://127.0.0.1:${server.address().port}`)
