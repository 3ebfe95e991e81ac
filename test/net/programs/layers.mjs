// What Node.js has on top of sockets: HTTP and TLS.
import http from 'node:http'
import http2 from 'node:http2'
import { text } from 'node:stream/consumers'
import tls from 'node:tls'
import { until } from '../tools.mjs'

const host = '127.0.0.1'

/** A cipher that needs no certificate. */
const anonymous = { ciphers: 'AECDH-AES128-SHA:@SECLEVEL=0', maxVersion: 'TLSv1.2' }
const unchecked = { ...anonymous, rejectUnauthorized: false, checkServerIdentity: () => undefined }
const secured = { isServer: true, secureContext: tls.createSecureContext(anonymous) }

/** An HTTP server whose connections come from the module's own. */
async function httpOn({ serve }, onRequest) {
  const parser = http.createServer((request, response) => {
    response.sendDate = false
    onRequest(request, response)
  })
  const { server, port } = await serve((socket) => parser.emit('connection', socket), { without: ['drain'] })
  return { server, port, parser }
}

/** Gets an answer by HTTP over a connection of the module's. */
async function get({ net, watch, note }, options, connect = (to) => net.connect(to)) {
  const createConnection = (to) => watch('client', connect({ host, port: to.port }), { without: ['drain'] })
  const request = http.get({ host, agent: false, createConnection, ...options })
  const [response] = await until(request, 'response')
  note('answer', response.statusCode, await text(response))
  return response
}

export const programs = {
  'an HTTP request over connect()': async (tools) => {
    const { server, port } = await httpOn(tools, (_, response) => response.end('hello'))
    await get(tools, { port, headers: { connection: 'close' } })
    server.close()
  },

  'an HTTP request over createConnection': async (tools) => {
    const { server, port } = await httpOn(tools, (request, response) => request.pipe(response))
    const createConnection = (to) => tools.watch('client', tools.net.createConnection({ host, port: to.port }))
    const request = http.request({ host, port, method: 'POST', agent: false, createConnection })
    request.end('a body')
    const [response] = await until(request, 'response')
    tools.note('answer', await text(response))
    server.close()
  },

  'HTTP requests by an agent that keeps its connection': async (tools) => {
    const { server, port } = await httpOn(tools, (request, response) => response.end(request.url))
    class Agent extends http.Agent {
      createConnection(to) {
        return tools.watch('client', tools.net.connect({ host, port: to.port }))
      }
    }
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (const path of ['/one', '/two', '/three']) {
      const request = http.get({ host, port, path, agent })
      const [response] = await until(request, 'response')
      tools.note('answer', await text(response), 'used again', request.reusedSocket)
    }
    agent.destroy()
    server.close()
  },

  'an HTTP request that is refused': async ({ net, watch, note, freePort }) => {
    const port = await freePort()
    const createConnection = () => watch('client', net.connect(port, host))
    const request = http.get({ host, port, agent: false, createConnection })
    const [error] = await until(request, 'error')
    note('error', error)
  },

  'an HTTP server that is told to close': async (tools) => {
    const { server, port, parser } = await httpOn(tools, (_, response) => response.end('hello'))
    const client = tools.watch('client', tools.net.connect(port, host).resume())
    await until(client, 'connect')
    client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    await until(client, 'end')
    parser.close()
    server.close()
  },

  'an upgrade of HTTP to a bare socket': async (tools) => {
    const { server, port, parser } = await httpOn(tools, () => {})
    parser.on('upgrade', (_, socket) => {
      socket.write('HTTP/1.1 101 Switching\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n')
      socket.pipe(socket)
    })
    const createConnection = (to) => tools.watch('client', tools.net.connect({ host, port: to.port }))
    const request = http.get({
      host,
      port,
      agent: false,
      createConnection,
      headers: { connection: 'Upgrade', upgrade: 'echo' },
    })
    const [response, socket] = await until(request, 'upgrade')
    tools.note('status', response.statusCode, socket)
    socket.end('bare')
    tools.note('answer', await text(socket))
    server.close()
  },

  'TLS over connect()': async ({ serve, net, watch, note }) => {
    const { server, port } = await serve((socket) => {
      const secure = watch('secure accepted', new tls.TLSSocket(socket, secured))
      secure.end('secret')
    })
    const socket = watch('client', net.connect(port, host))
    const client = watch('secure client', tls.connect({ socket, ...unchecked }))
    note('read', await text(client))
    client.end()
    server.close()
  },

  'TLS over a connection that stands': async ({ serve, net, watch, note }) => {
    const { server, port } = await serve((socket) => {
      const secure = new tls.TLSSocket(socket, secured)
      secure.on('error', () => {}).pipe(secure)
    })
    const socket = watch('client', net.connect(port, host))
    await until(socket, 'connect')
    const client = watch('secure client', tls.connect({ socket, ...unchecked }))
    await until(client, 'secureConnect')
    note('of the socket', client.remotePort === port, client.localAddress, client.encrypted)
    client.end('secret')
    note('read', await text(client))
    server.close()
  },

  'TLS over a connection that is refused': async ({ net, watch, freePort }) => {
    const socket = watch('client', net.connect(await freePort(), host))
    const client = watch('secure client', tls.connect({ socket, ...unchecked }))
    await until(client, 'close')
  },

  'HTTP/2 over connect()': async ({ serve, net, watch, note }) => {
    const parser = http2.createServer((_, response) => {
      response.sendDate = false
      response.end('hello')
    })
    const { server, port } = await serve((socket) => parser.emit('connection', socket), { without: ['drain'] })
    const createConnection = () => watch('client', net.connect(port, host), { without: ['drain'] })
    const session = http2.connect(`http://${host}:${port}`, { createConnection })
    note('answer', await text(session.request({ ':path': '/' })))
    session.close()
    server.close()
  },
}
