// Descriptors that a process is given when it starts, as servers and sockets.
import { spawn } from 'node:child_process'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { until } from '../tools.mjs'

const [, , module] = process.argv
/** How long the other process may take, in milliseconds. */
const patience = 5000

const helpers = new URL('../tools.mjs', import.meta.url).href

/** Runs code in a process whose descriptor 3 is given, with the module and a recorder, and notes what it recorded. */
async function withDescriptor({ note }, given, code, meanwhile = () => {}) {
  const program = `
    import { Tools, until } from '${helpers}'
    const { default: net } = await import('${module}')
    const tools = new Tools(net)
    const { watch, mark, note, state, ticks } = tools
    ${code}
    process.stdout.write(JSON.stringify(tools.finish()))`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'ignore', given._handle.fd],
    timeout: patience,
  })
  meanwhile(child)
  const [output] = await Promise.all([text(child.stdout), until(child, 'close')])
  for (const [lane, lines] of Object.entries(JSON.parse(output))) for (const line of lines) note(lane, line)
}

/** Listens by arguments in another process, which serves one client. */
async function listenBy(tools, args) {
  const owner = net.createServer().listen(0, '127.0.0.1')
  await until(owner, 'listening')
  const { port } = owner.address()
  const code = `
    const server = watch('server', net.createServer((socket) => watch('accepted', socket).end('hello')))
    server.listen(${args})
    ticks(server, 'after listen()')
    await until(server, 'listening')
    note('listening', server.listening)
    const [socket] = await until(server, 'connection')
    await until(socket, 'close')
    server.close()
    await until(server, 'close')`
  await withDescriptor(tools, owner, code, () => {
    owner.close()
    tools.watch('client', net.connect(port, '127.0.0.1').resume())
  })
}

/** Uses a socket by its descriptor in another process. */
async function speakBy(tools, options, use = "socket.resume().write('hello from there')", said = 'hello') {
  const server = net.createServer().listen(0, '127.0.0.1')
  await until(server, 'listening')
  const client = net.connect(server.address().port, '127.0.0.1')
  const [[accepted]] = await Promise.all([until(server, 'connection'), until(client, 'connect')])
  const code = `
    const socket = watch('socket', new net.Socket(${options}))
    ticks(socket, 'after new')
    note('kind', socket.readyState, socket.remoteFamily, socket.remotePort === ${client.localPort})
    ${use}
    await until(socket, 'close')`
  await withDescriptor(tools, accepted, code, () => {
    accepted.destroy()
    client.end(said)
  })
  tools.note('read', await text(client))
  server.close()
}

export const programs = {
  'listen(options) with a descriptor': (tools) => listenBy(tools, '{ fd: 3 }'),
  'listen(options, backlog, callback) with a descriptor': (tools) =>
    listenBy(tools, "{ fd: 3 }, 5, () => mark(server, 'callback')"),
  'listen(options) with a descriptor and a signal': (tools) =>
    listenBy(tools, '{ fd: 3, signal: new AbortController().signal }'),
  'new Socket({ fd })': (tools) => speakBy(tools, '{ fd: 3 }'),
  'new Socket({ fd }) that is not readable': (tools) =>
    speakBy(
      tools,
      '{ fd: 3, readable: false, writable: true }',
      "socket.end('bye').on('finish', () => socket.destroy())",
      '',
    ),
  'new Socket({ fd }) that is half open': (tools) =>
    speakBy(tools, '{ fd: 3, allowHalfOpen: true }', "socket.resume().on('end', () => socket.end('after your end'))"),
}
