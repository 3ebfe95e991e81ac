// Arguments that listen() and createServer() refuse, addresses that cannot be bound, and listen() at the wrong time.
import { statSync, writeFileSync } from 'node:fs'
import { uncaught, until } from '../tools.mjs'

const isRoot = process.getuid() === 0

/** Notes what listen() throws for each of the arguments, or gives, after which the server is closed. */
function refuseEach({ net, outcome }, lists) {
  for (const args of lists) {
    const server = net.createServer()
    outcome(`listen(${args.map((arg) => JSON.stringify(arg) ?? String(arg)).join(', ')})`, () => server.listen(...args))
    server.on('error', () => {}).close()
  }
}

/** Listens where it cannot be, which is an error event. */
async function fail({ net, watch, ticks, state }, ...args) {
  const server = watch('server', net.createServer())
  server.listen(...args)
  state(server, 'after listen()')
  ticks(server, 'after listen()')
  await until(server, 'error')
  ticks(server, 'in error')
  state(server, 'in error')
  server.close()
}

/** Listens again at once, and once more when it listens. */
async function listenThrice({ net, watch, outcome }, host) {
  const server = watch('server', net.createServer())
  server.listen(0, host)
  outcome('second listen()', () => server.listen(0, host))
  await until(server, 'listening')
  outcome('third listen()', () => server.listen({ port: 0 }))
  server.close()
}

/** Becomes another user while it runs. */
async function asNobody(run) {
  if (!isRoot) return run()
  process.seteuid(65534)
  try {
    return await run()
  } finally {
    process.seteuid(0)
  }
}

export const programs = {
  'listen() on ports that are none': async (tools) =>
    refuseEach(
      tools,
      [-1, 65536, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '-1', '65536', true, Symbol.iterator].map((port) => [
        port,
      ]),
    ),

  'listen() with options that name no port': async (tools) =>
    refuseEach(
      tools,
      [{}, { port: 'abc' }, { port: {} }, { port: -1 }, { port: 65536 }, { port: '' }, { host: '127.0.0.1' }, []].map(
        (options) => [options],
      ),
    ),

  'listen() on paths and descriptors that are none': async (tools) =>
    refuseEach(
      tools,
      [{ path: 5 }, { path: true }, { fd: -1 }, { fd: 'abc' }, { path: '' }].map((options) => [options]),
    ),

  'listen() with other options of the wrong type': async (tools) =>
    refuseEach(
      tools,
      [
        { port: 0, signal: 'abort' },
        { port: 0, signal: {} },
        { port: 0, host: 5 },
        { port: 0, host: {} },
        { port: null, host: '127.0.0.1' },
      ].map((options) => [options]),
    ),

  'createServer() with wrong arguments': async ({ net, outcome }) => {
    for (const options of [5, 'abc', true, null, undefined, [], { highWaterMark: 'a' }, { highWaterMark: -1 }]) {
      outcome(`createServer(${JSON.stringify(options)})`, () => net.createServer(options).constructor.name)
    }
    outcome('a listener that is none', () => net.createServer({}, 'abc').listenerCount('connection'))
  },

  'listen() on a port in use': async (tools) => {
    const { server, port } = await tools.serve(undefined, { name: 'first' })
    await fail(tools, port, '127.0.0.1')
    server.close()
  },

  'listen() on a port in use, with options': async (tools) => {
    const { server, port } = await tools.serve(undefined, { name: 'first' })
    await fail(tools, { port, host: '127.0.0.1', exclusive: true })
    server.close()
  },

  'listen() on a port in use by any address': async (tools) => {
    const { server, port } = await tools.serve(undefined, { name: 'first' })
    await fail(tools, port)
    server.close()
  },

  'listen() on a port in use on a name': async (tools) => {
    const { server, port } = await tools.serve(undefined, { name: 'first', at: [0, 'localhost'] })
    await fail(tools, port, 'localhost')
    server.close()
  },

  'listen() again after a port in use': async ({ serve, net, watch, state }) => {
    const { server: first, port } = await serve(undefined, { name: 'first' })
    const server = watch('server', net.createServer())
    server.listen(port, '127.0.0.1')
    await until(server, 'error')
    first.close()
    await until(first, 'close')
    server.listen(port, '127.0.0.1')
    await until(server, 'listening')
    state(server)
    server.close()
  },

  'listen() on two servers in one tick': async ({ net, watch, freePort }) => {
    const port = await freePort()
    const first = watch('first', net.createServer().listen(port, '127.0.0.1'))
    const second = watch('second', net.createServer().listen(port, '127.0.0.1'))
    await Promise.all([until(first, 'listening'), until(second, 'error')])
    first.close()
    second.close()
  },

  'listen() on an address of another host': (tools) => fail(tools, 0, '192.0.2.1'),
  'listen() on an IPv6 address of another host': (tools) => fail(tools, { port: 0, host: '2001:db8::1' }),
  'listen() on a reserved port as nobody': (tools) => asNobody(() => fail(tools, 1, '127.0.0.1')),
  'listen() on a path in a folder that is missing': (tools) => fail(tools, tools.path('missing/socket')),

  'listen() on a path that is too long': async ({ net, watch, path }) => {
    const server = watch('server', net.createServer())
    server.listen(path('a'.repeat(200)))
    await Promise.race([until(server, 'listening'), until(server, 'error')])
    server.close()
  },

  'listen() on a path in use': async (tools) => {
    const path = tools.path('socket')
    const { server } = await tools.serve(undefined, { name: 'first', at: [path] })
    await fail(tools, path)
    server.close()
  },

  'listen() on the path of a file': async (tools) => {
    const path = tools.path('file')
    writeFileSync(path, 'kept')
    await fail(tools, path)
    tools.note('size', statSync(path).size)
  },

  'listen() on an abstract name in use': async (tools) => {
    const name = tools.abstract('name')
    const { server } = await tools.serve(undefined, { name: 'first', at: [name] })
    await fail(tools, { path: name })
    server.close()
  },

  // A label of more than 63 letters is refused before anybody is asked.
  'listen() on a name that has no address': (tools) => fail(tools, 0, 'x'.repeat(64)),

  'listen() without a listener for the error': async ({ serve, net, watch, note }) => {
    const { server: first, port } = await serve(undefined, { name: 'first' })
    const server = watch('server', net.createServer(), { catches: false })
    server.listen(port, '127.0.0.1')
    note('uncaught', await uncaught())
    first.close()
    server.close()
  },

  'listen() twice': (tools) => listenThrice(tools, '127.0.0.1'),
  'listen() twice on names': (tools) => listenThrice(tools, 'localhost'),
}
