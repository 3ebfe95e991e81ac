// Names: lookup functions of the caller's own, and the attempts that follow from what they answer.
import dns from 'node:dns'
import { lookupOf, until } from '../tools.mjs'

/** Connects by a lookup to a server on 127.0.0.1, and ends. */
async function lookUp({ serve, net, watch, ticks, state, note }, lookup, options = {}) {
  const { server, port } = await serve((socket) => socket.end())
  const recorded = (name, wanted, callback) => {
    note('lookup', name, wanted)
    return lookup(name, wanted, callback)
  }
  const client = watch('client', net.connect({ port, host: 'name', lookup: recorded, ...options }).resume())
  ticks(client, 'after connect()')
  client.once('lookup', () => state(client, 'in lookup'))
  await until(client, 'close')
  server.close()
}

/** Calls back in a later turn. */
function later(lookup) {
  return (name, options, callback) => void setImmediate(() => lookup(name, options, callback))
}

const failing = (_, __, callback) => callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }))
const raw =
  (...answer) =>
  (_, __, callback) =>
    callback(null, ...answer)
const list =
  (...found) =>
  (_, __, callback) =>
    callback(null, found)

export const programs = {
  'a lookup that answers at once': (tools) => lookUp(tools, lookupOf('127.0.0.1')),
  'a lookup that answers later': (tools) => lookUp(tools, later(lookupOf('127.0.0.1'))),
  'a lookup for one family': (tools) => lookUp(tools, lookupOf('127.0.0.1'), { family: 4 }),
  'a lookup with hints': (tools) => lookUp(tools, lookupOf('127.0.0.1'), { hints: dns.ADDRCONFIG, family: 4 }),
  'a lookup without auto select': (tools) => lookUp(tools, lookupOf('127.0.0.1'), { autoSelectFamily: false }),
  'a lookup with a local address': (tools) => lookUp(tools, lookupOf('127.0.0.1'), { localAddress: '127.0.0.2' }),
  'a lookup that fails at once': (tools) => lookUp(tools, failing),
  'a lookup that fails later': (tools) => lookUp(tools, later(failing)),
  'a lookup that fails without auto select': (tools) => lookUp(tools, failing, { autoSelectFamily: false }),
  'a lookup that answers another family': (tools) => lookUp(tools, raw('127.0.0.1', 5), { autoSelectFamily: false }),
  'a lookup that answers no address': (tools) => lookUp(tools, raw('nowhere', 4), { autoSelectFamily: false }),
  'a lookup that lists no address': (tools) => lookUp(tools, list({ address: 'nowhere', family: 4 })),
  'a lookup that lists another family': (tools) => lookUp(tools, list({ address: '127.0.0.1', family: 5 })),
  'a lookup that lists too little': (tools) => lookUp(tools, list({ family: 4 }, { address: '127.0.0.1', family: 4 })),
  'a lookup that answers an address where a list was asked for': (tools) => lookUp(tools, raw('127.0.0.1', 4)),
  'a lookup that answers another family than was asked for': (tools) =>
    lookUp(tools, raw('127.0.0.1', 4), { family: 6, autoSelectFamily: false }),
  'a lookup that is not called for an address': (tools) => lookUp(tools, failing, { host: '127.0.0.1' }),

  'a lookup that throws': async ({ net, watch, outcome }) => {
    const client = watch('client', new net.Socket())
    const lookup = () => {
      throw new Error('thrown by the lookup')
    }
    outcome('connect()', () => client.connect({ port: 1, host: 'name', lookup }))
    client.destroy()
    await until(client, 'close')
  },

  'a lookup that answers when the socket is destroyed': async ({ net, watch }) => {
    let answer
    const lookup = (_, __, callback) => {
      answer = () => callback(null, [{ address: '127.0.0.1', family: 4 }])
    }
    const client = watch('client', net.connect({ port: 1, host: 'name', lookup }))
    client.destroy()
    await until(client, 'close')
    answer()
  },

  'a destroy() in the lookup': async ({ net, watch }) => {
    const client = watch('client', new net.Socket())
    const lookup = (_, __, callback) => {
      client.destroy(new Error('destroyed by the lookup'))
      callback(null, [{ address: '127.0.0.1', family: 4 }])
    }
    client.connect({ port: 1, host: 'name', lookup })
    await until(client, 'close')
  },

  'auto select turned off for all': async ({ serve, net, watch, note }) => {
    net.setDefaultAutoSelectFamily(false)
    note('default', net.getDefaultAutoSelectFamily())
    const { server, port } = await serve((socket) => socket.end())
    const client = watch('client', net.connect({ port, host: 'name', lookup: lookupOf('127.0.0.1', '::1') }).resume())
    await until(client, 'close')
    server.close()
  },
}
