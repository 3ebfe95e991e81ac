// net.BoundSocket, which newer versions of Node.js have.
import stock from 'node:net'
import { lookupOf, needs, until } from '../tools.mjs'

const host = '127.0.0.1'
const lacking = !('BoundSocket' in stock) && 'net.BoundSocket is of Node.js 24.19'

/** Connects from a bound socket to a server. */
async function connectFrom({ serve, net, watch, state, note }, bound, options = {}) {
  const { server, port } = await serve((socket) => socket.end('hello'))
  const { port: from } = bound.address()
  const client = watch('client', new net.Socket({ handle: bound }))
  note(
    'taken at once',
    attempt(() => bound.fd()),
  )
  client.connect({ port, host, ...options })
  client.resume()
  await until(client, 'connect')
  state(client, 'in connect')
  note('from its port', client.localPort === from)
  await until(client, 'close')
  server.close()
}

function attempt(call) {
  try {
    return typeof call()
  } catch (error) {
    return error
  }
}

const all = {
  'a bound socket': async ({ net, note, outcome }) => {
    const bound = new net.BoundSocket({ host })
    note('address', bound.address(), typeof bound.fd(), bound.isPipe)
    bound.close()
    outcome('address() when closed', () => bound.address())
    outcome('close() twice', () => bound.close())
  },

  'bound sockets that cannot be': async ({ net, outcome }) => {
    for (const options of [{ port: -1 }, { host: 'name' }, { host: '192.0.2.1' }, { path: 5 }, { ipv6Only: 'a' }, 5]) {
      outcome(`new BoundSocket(${JSON.stringify(options)})`, () => new net.BoundSocket(options))
    }
  },

  'listen(bound socket)': async ({ net, watch, state, note }) => {
    const bound = new net.BoundSocket({ host })
    const server = watch(
      'server',
      net.createServer((socket) => socket.end('hello')),
    )
    note('listen() gives the server', server.listen(bound, () => note('callback')) === server)
    await until(server, 'listening')
    state(server, 'listening')
    const client = watch('client', net.connect(server.address().port, host).resume())
    await until(client, 'close')
    server.close()
  },

  'listen(bound socket) of a path': async ({ net, watch, state, path }) => {
    const bound = new net.BoundSocket({ path: path('socket') })
    const server = watch('server', net.createServer().listen(bound))
    await until(server, 'listening')
    state(server, 'listening')
    server.close()
  },

  'listen(bound socket) twice': async ({ net, watch, outcome }) => {
    const bound = new net.BoundSocket({ host })
    const server = watch('server', net.createServer().listen(bound))
    outcome('again', () => net.createServer().listen(bound))
    await until(server, 'listening')
    server.close()
  },

  'new Socket() of a bound socket': (tools) => connectFrom(tools, new tools.net.BoundSocket({ host })),
  'new Socket() of a bound socket and a lookup': (tools) =>
    connectFrom(tools, new tools.net.BoundSocket({ host }), { host: 'name', lookup: lookupOf(host) }),
  'new Socket() of a bound socket to a dead port': async ({ net, watch, freePort }) => {
    const client = watch('client', new net.Socket({ handle: new net.BoundSocket({ host }) }))
    client.connect(await freePort(), host)
    await until(client, 'close')
  },
}

export const programs = Object.fromEntries(
  Object.entries(all).map(([name, program]) => [name, needs(lacking, program)]),
)
