// An HTTPS server on a port that is its own, and whose packets go in the class for bulk data:
//
//   node https-server.mjs certificate.pem key.pem [port]
//
// Bind and listen are one step, so nobody gets in between, and without SO_REUSEADDR and SO_REUSEPORT nobody shares the port
// later. The price: for a minute after a restart the port can be refused, while old connections are in TIME_WAIT. What it
// accepts inherits the class. It ends with SIGINT or SIGTERM.
import { readFileSync } from 'node:fs'
import https from 'node:https'
import { getOption, listen } from 'sockctl'

const [cert, key, port = 0] = process.argv.slice(2)

const server = https.createServer({ cert: readFileSync(cert), key: readFileSync(key) }, ({ socket }, response) => {
  response.setHeader('content-type', 'application/json')
  const { alpnProtocol, servername, remotePort } = socket
  const isReused = socket.isSessionReused()
  response.end(
    JSON.stringify({ alpnProtocol, servername, isReused, port: remotePort, TOS: getOption(socket, 'IP_TOS') }),
  )
})

await listen(server, {
  host: '127.0.0.1',
  port: Number(port),
  reuseAddress: false,
  options: { IP_TOS: 'CS1' },
})
const shared = ['SO_REUSEADDR', 'SO_REUSEPORT'].filter((name) => getOption(server, name))
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => server.close())
console.log(`listening on https://127.0.0.1:${server.address().port}, shared by ${shared.join(', ') || 'nothing'}`)
