// The forms in which listen() takes its arguments.
import { statSync } from 'node:fs'
import { needs, until } from '../tools.mjs'

const [major] = process.versions.node.split('.').map(Number)

/** Listens with these arguments, says where and closes. */
async function listenAndClose({ net, watch, note, state }, ...args) {
  const server = watch('server', net.createServer())
  note('listen() gives the server', server.listen(...args) === server, 'listening', server.listening)
  await until(server, 'listening')
  state(server)
  const address = server.address()
  if (typeof address === 'object') note('what Node knows it by', server._connectionKey)
  if (typeof address === 'string' && !address.startsWith('\0')) note('mode', statSync(address).mode)
  server.close()
}

export const programs = {
  'listen() without arguments': (tools) => listenAndClose(tools),
  'listen(port)': (tools) => listenAndClose(tools, 0),
  'listen(port, host)': (tools) => listenAndClose(tools, 0, '127.0.0.1'),
  'listen(port, host) of IPv6': (tools) => listenAndClose(tools, 0, '::1'),
  'listen(port, host, backlog)': (tools) => listenAndClose(tools, 0, '127.0.0.1', 5),
  'listen(port, backlog)': (tools) => listenAndClose(tools, 0, 5),
  'listen(port, host, callback)': (tools) => listenAndClose(tools, 0, '127.0.0.1', () => tools.note('callback')),
  'listen(port, host, backlog, callback)': (tools) =>
    listenAndClose(tools, 0, '127.0.0.1', 5, () => tools.note('callback')),
  'listen(callback)': (tools) => listenAndClose(tools, () => tools.note('callback')),
  'listen(port, undefined, undefined, callback)': (tools) =>
    listenAndClose(tools, 0, undefined, undefined, () => tools.note('callback')),
  'listen(port) of a string': (tools) => listenAndClose(tools, '0', '127.0.0.1'),
  'listen(port, name)': (tools) => listenAndClose(tools, 0, 'localhost'),
  'listen(options)': (tools) => listenAndClose(tools, { port: 0, host: '127.0.0.1', backlog: 3 }),
  'listen(options, callback)': (tools) =>
    listenAndClose(tools, { port: '0', host: '127.0.0.1' }, () => tools.note('callback')),
  'listen(options) with an empty host': (tools) => listenAndClose(tools, { port: 0, host: '' }),
  'listen(options) exclusive': (tools) => listenAndClose(tools, { port: 0, host: '127.0.0.1', exclusive: true }),
  'listen(options) of IPv6 alone': (tools) => listenAndClose(tools, { port: 0, host: '::1', ipv6Only: true }),
  'listen(options) of any IPv6 address alone': (tools) =>
    listenAndClose(tools, { port: 0, host: '::', ipv6Only: true }),
  'listen(options) with a shared port': needs(major < 22 && 'reusePort is of Node.js 22', (tools) =>
    listenAndClose(tools, { port: 0, host: '127.0.0.1', reusePort: true }),
  ),
  'listen(path)': (tools) => listenAndClose(tools, tools.path('socket')),
  'listen(path, callback)': (tools) => listenAndClose(tools, tools.path('socket'), () => tools.note('callback')),
  'listen(path, backlog, callback)': (tools) =>
    listenAndClose(tools, tools.path('socket'), 4, () => tools.note('callback')),
  'listen(options) of a path': (tools) => listenAndClose(tools, { path: tools.path('socket') }),
  'listen(options) of a path for everybody': (tools) =>
    listenAndClose(tools, { path: tools.path('socket'), readableAll: true, writableAll: true }),
  'listen(path) of an abstract name': (tools) => listenAndClose(tools, tools.abstract('name')),
  'listen(null)': (tools) => listenAndClose(tools, null),
  'listen(undefined, host)': (tools) => listenAndClose(tools, undefined, '127.0.0.1'),

  'listen() in ticks': async ({ net, watch, ticks, mark }) => {
    const server = watch('server', net.createServer())
    server.listen(0, '127.0.0.1', () => mark(server, 'callback'))
    ticks(server, 'after listen()')
    await until(server, 'listening')
    ticks(server, 'in listening')
    server.close(() => mark(server, 'closed'))
    ticks(server, 'after close()')
  },

  'listen() on a name in ticks': async ({ net, watch, mark, state }) => {
    const server = watch('server', net.createServer())
    server.listen({ port: 0, host: 'localhost' }, () => mark(server, 'callback'))
    state(server, 'after listen()')
    await until(server, 'listening')
    server.close()
  },

  'listen() on a path in ticks': async ({ net, watch, ticks, path }) => {
    const server = watch('server', net.createServer())
    server.listen(path('socket'))
    ticks(server, 'after listen()')
    await until(server, 'listening')
    server.close()
  },
}
