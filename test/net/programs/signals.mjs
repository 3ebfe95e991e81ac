// Signals that are aborted, of clients and of servers.
import { lookupOf, until } from '../tools.mjs'

/** Connects with a signal and aborts it when told to. */
async function abort({ serve, net, watch, ticks }, when) {
  const { server, port } = await serve((socket) => socket.resume())
  const accepted = until(server, 'connection')
  const controller = new AbortController()
  const client = watch('client', new net.Socket({ signal: controller.signal }))
  const stop = () => {
    controller.abort(new Error('the reason'))
    ticks(client, 'after abort()')
  }
  if (when === 'new') stop()
  else if (when === 'close') client.once('connect', () => client.destroy()).once('close', stop)
  else client.once(when, stop)
  client.connect({ port, host: 'name', lookup: lookupOf('127.0.0.1') })
  if (when === 'connecting') stop()
  await until(client, 'close')
  if (when.startsWith('c') && when !== 'connecting') await accepted
  server.close()
}

export const programs = {
  'a signal aborted before connect()': (tools) => abort(tools, 'new'),
  'a signal aborted after connect()': (tools) => abort(tools, 'connecting'),
  'a signal aborted in lookup': (tools) => abort(tools, 'lookup'),
  'a signal aborted in connect': (tools) => abort(tools, 'connect'),
  'a signal aborted in close': (tools) => abort(tools, 'close'),

  'a signal aborted before connect() with net.connect()': async ({ serve, net, watch }) => {
    const { server, port } = await serve((socket) => socket.resume())
    const client = watch('client', net.connect({ port, host: '127.0.0.1', signal: AbortSignal.abort() }))
    await until(client, 'close')
    server.close()
  },

  'a signal that is aborted while the server listens': async ({ net, watch, ticks }) => {
    const controller = new AbortController()
    const server = watch('server', net.createServer())
    server.listen({ port: 0, host: '127.0.0.1', signal: controller.signal })
    await until(server, 'listening')
    controller.abort()
    ticks(server, 'after abort()')
    await until(server, 'close')
  },

  'a signal that was aborted before listen()': async ({ net, watch, ticks }) => {
    const server = watch('server', net.createServer())
    server.listen({ port: 0, host: '127.0.0.1', signal: AbortSignal.abort() })
    ticks(server, 'after listen()')
    await until(server, 'close')
  },

  'a signal that is aborted after listen()': async ({ net, watch, ticks }) => {
    const controller = new AbortController()
    const server = watch('server', net.createServer())
    server.listen({ port: 0, host: '127.0.0.1', signal: controller.signal })
    controller.abort()
    ticks(server, 'after abort()')
    await until(server, 'close')
  },
}
