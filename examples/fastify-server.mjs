// A fastify server on a listener with options, shared by as many processes as are started:
//
//   node fastify-server.mjs [port]
//
// fastify makes its server in a serverFactory, and calls its listen() with what fastify.listen() was given. Here that is
// sockctl's, so everything of fastify goes on working: its own errors, the onListen hooks, close() and the connections that
// it ends. (After fastify.ready(), listen(fastify.server, ...) works too, but runs no onListen hooks, and close() then does
// not force connections to end.) It ends with SIGINT or SIGTERM.
import http from 'node:http'
import fastify from 'fastify'
import { getOption, listen } from 'sockctl'

const [port = 0] = process.argv.slice(2)

function serverFactory(handler, { http: httpOptions, keepAliveTimeout, requestTimeout }) {
  const server = http.createServer({ ...httpOptions, keepAliveTimeout, requestTimeout }, handler)
  server.listen = ({ host, port, path, backlog, signal }) => {
    const options = { TCP_USER_TIMEOUT: 15_000, SO_KEEPALIVE: true, TCP_KEEPIDLE: 25 }
    const request = { host, port: Number(port), path, backlog, signal, reusePort: true, options }
    listen(server, request).catch((error) => server.emit('error', error))
    return server
  }
  return server
}

const app = fastify({ serverFactory, forceCloseConnections: true })

app.addHook('onListen', async () => console.log('ready for requests'))
app.addHook('onClose', async () => console.log('closed'))
app.get('/', async ({ socket }) => ({
  TCP_USER_TIMEOUT: getOption(socket, 'TCP_USER_TIMEOUT'),
  SO_REUSEPORT: getOption(app.server, 'SO_REUSEPORT'),
  port: socket.remotePort,
}))

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close())
try {
  console.log(`listening on ${await app.listen({ host: '127.0.0.1', port })}`)
} catch (error) {
  console.error(`${error.syscall} ${error.code} ${error.address}:${error.port}`)
  process.exitCode = 1
}
