// Classes and functions that are built on those of the module.
import { EventEmitter } from 'node:events'
import { Duplex } from 'node:stream'
import { inherits } from 'node:util'
import { until } from '../tools.mjs'

const host = '127.0.0.1'

/** Lets a socket of one's own kind read from a server that ends. */
async function readBy({ serve, watch, state }, socket, connect = (port) => socket.connect(port, host)) {
  const { server, port } = await serve((accepted) => accepted.end('hello'))
  const client = watch('client', socket)
  connect(port)
  client.resume()
  await until(client, 'connect')
  state(client, 'in connect')
  await until(client, 'close')
  server.close()
}

/** Lets a server of one's own kind greet a client. */
async function greetBy({ net, watch, note }, instance) {
  const server = watch('server', instance)
  server.on('connection', (socket) => {
    note('an accepted', socket.constructor.name, socket instanceof net.Socket)
    watch('accepted', socket).end('hello')
    server.close()
  })
  server.listen(0, host)
  await until(server, 'listening')
  const client = watch('client', net.connect(server.address().port, host).resume())
  await until(client, 'close')
}

export const programs = {
  'a class that extends Socket': async (tools) => {
    class Reader extends tools.net.Socket {
      constructor(options) {
        super(options)
        this.own = true
      }

      connect(...args) {
        tools.note('connect of the class', args.length)
        return super.connect(...args)
      }
    }
    const socket = new Reader({ allowHalfOpen: false })
    tools.note('is', socket instanceof Reader, socket instanceof tools.net.Socket, socket.own, socket.constructor.name)
    await readBy(tools, socket)
  },

  'a class that extends Server': async (tools) => {
    class Greeter extends tools.net.Server {
      listen(...args) {
        tools.note('listen of the class', args)
        return super.listen(...args)
      }
    }
    const server = new Greeter()
    tools.note('is', server instanceof Greeter, server instanceof tools.net.Server, server.constructor.name)
    await greetBy(tools, server)
  },

  'a function that inherits from Socket': async (tools) => {
    function Reader(options) {
      tools.net.Socket.call(this, options)
      this.own = true
    }
    inherits(Reader, tools.net.Socket)
    const socket = new Reader()
    tools.note('is', socket instanceof Reader, socket instanceof tools.net.Socket, socket.own, socket.constructor.name)
    await readBy(tools, socket)
  },

  'a function that inherits from Server': async (tools) => {
    function Greeter(listener) {
      tools.net.Server.call(this, listener)
    }
    inherits(Greeter, tools.net.Server)
    const server = new Greeter(() => tools.note('listener'))
    tools.note('is', server instanceof Greeter, server instanceof tools.net.Server, server.constructor.name)
    await greetBy(tools, server)
  },

  'Socket() without new': async (tools) => {
    const socket = tools.net.Socket()
    tools.note('is', socket instanceof tools.net.Socket, socket.constructor.name)
    await readBy(tools, socket)
  },

  'Server() without new': async (tools) => {
    const server = tools.net.Server()
    tools.note('is', server instanceof tools.net.Server, server.constructor.name)
    await greetBy(tools, server)
  },

  'new Server(options, listener)': (tools) =>
    greetBy(tools, new tools.net.Server({ allowHalfOpen: true }, () => tools.note('listener'))),

  'Reflect.construct() of a Socket': async (tools) => {
    class Other extends tools.net.Socket {}
    const socket = Reflect.construct(tools.net.Socket, [{}], Other)
    tools.note('is', socket instanceof Other, Object.getPrototypeOf(socket) === Other.prototype)
    await readBy(tools, socket)
  },

  'connect of the prototype': async (tools) => {
    const socket = new tools.net.Socket()
    await readBy(tools, socket, (port) => tools.net.Socket.prototype.connect.call(socket, { port, host }))
  },

  'what is an instance of what': async ({ serve, net, watch, note }) => {
    const { server, port } = await serve((socket) => {
      note('accepted', socket instanceof net.Socket, socket instanceof net.Stream, socket instanceof Duplex)
      socket.end()
    })
    const client = watch('client', net.connect(port, host).resume())
    note('client', client instanceof net.Socket, client instanceof Duplex, client instanceof EventEmitter)
    note('server', server instanceof net.Server, server instanceof EventEmitter, server instanceof net.Socket)
    note('nothing', {} instanceof net.Socket, new EventEmitter() instanceof net.Server)
    await until(client, 'close')
    server.close()
  },

  'a prototype that somebody patched': async (tools) => {
    const { prototype } = tools.net.Socket
    const { connect } = prototype
    prototype.connect = function patched(...args) {
      tools.note('patched connect', args.length)
      return connect.apply(this, args)
    }
    try {
      const { server, port } = await tools.serve((socket) => socket.end())
      const client = tools.watch('client', tools.net.connect(port, host).resume())
      await until(client, 'close')
      server.close()
    } finally {
      prototype.connect = connect
    }
  },

  'a server whose listen somebody patched': async (tools) => {
    const { prototype } = tools.net.Server
    const { listen } = prototype
    prototype.listen = function patched(...args) {
      tools.note('patched listen', args.length)
      return listen.apply(this, args)
    }
    try {
      const { server } = await tools.serve()
      server.close()
    } finally {
      prototype.listen = listen
    }
  },
}
