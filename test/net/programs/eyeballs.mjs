// Names with several addresses: Happy Eyeballs tries them by turns, and gives up on those that do not answer.
import net from 'node:net'
import { lookupOf, until } from '../tools.mjs'

/** How long an attempt may take, in milliseconds. */
const patience = 100

/**
 * A server whose accept queue is full: the connections that were begun in one tick are made before it gets to accept one.
 * An attempt in the same tick goes unanswered for a second.
 */
async function fillQueue(port) {
  const fillers = Array.from({ length: 2 }, () => net.connect(port, '127.0.0.1'))
  await new Promise(process.nextTick)
  return fillers
}

async function behindSilence({ serve, net: module, watch, state }, lookup) {
  const { server: silent, port } = await serve(undefined, { name: 'silent', at: [0, '127.0.0.1', 1] })
  const { server } = await serve((socket) => socket.end('hello'), { at: [port, '127.0.0.2'] })
  const fillers = await fillQueue(port)
  const client = watch('client', new module.Socket())
  client.connect({ port, host: 'name', lookup, autoSelectFamilyAttemptTimeout: patience })
  client.resume()
  client.once('connectionAttemptTimeout', () => state(client, 'in the timeout'))
  client.once('connect', () => state(client, 'in connect'))
  await until(client, 'close')
  for (const filler of fillers) filler.destroy()
  silent.close()
  server.close()
}

/** Tries addresses of which one is alive. */
async function tryEach({ serve, net: module, watch, state }, addresses, alive = '127.0.0.1') {
  const { server, port } = await serve((socket) => socket.end(), { at: [0, alive] })
  const options = { port, host: 'name', lookup: lookupOf(...addresses) }
  const client = watch('client', module.connect(options).resume())
  await until(client, 'connect')
  state(client, 'in connect')
  await until(client, 'close')
  server.close()
}

export const programs = {
  'addresses tried in turn': (tools) => tryEach(tools, ['127.0.0.2', '127.0.0.3', '127.0.0.1']),
  'families tried by turns': (tools) => tryEach(tools, ['127.0.0.2', '127.0.0.1', '::1']),
  'a live address behind a dead one of the other family': (tools) => tryEach(tools, ['127.0.0.2', '::1'], '::1'),

  'addresses that are all dead': async ({ net: module, watch, freePort, ticks }) => {
    const lookup = lookupOf('127.0.0.2', '::1', '127.0.0.1')
    const port = await freePort()
    const client = watch('client', module.connect({ port, host: 'name', lookup }))
    client.on('error', () => ticks(client, 'in error'))
    await until(client, 'close')
  },

  'a live address behind one that does not answer': (tools) => behindSilence(tools, lookupOf('127.0.0.1', '127.0.0.2')),
  'a dead address behind one that does not answer': (tools) => behindSilence(tools, lookupOf('127.0.0.1', '127.0.0.3')),
  'a destroy() in connectionAttemptTimeout': async (tools) => {
    const { net: module, watch, serve, ticks } = tools
    const { server, port } = await serve(undefined, { name: 'silent', at: [0, '127.0.0.1', 1] })
    const fillers = await fillQueue(port)
    const client = watch('client', new module.Socket())
    client.once('connectionAttemptTimeout', () => {
      client.destroy()
      ticks(client, 'after destroy()')
    })
    const lookup = lookupOf('127.0.0.1', '127.0.0.2')
    client.connect({ port, host: 'name', lookup, autoSelectFamilyAttemptTimeout: patience })
    await until(client, 'close')
    for (const filler of fillers) filler.destroy()
    server.close()
  },
  'an attempt timeout that is short': async ({ serve, net: module, watch }) => {
    const { server, port } = await serve((socket) => socket.end())
    const options = { port, host: 'name', lookup: lookupOf('127.0.0.1'), autoSelectFamilyAttemptTimeout: 1 }
    const client = watch('client', module.connect(options).resume())
    await until(client, 'close')
    server.close()
  },
}
