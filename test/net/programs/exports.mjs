// What the module exports, and what its functions and classes look like.
import { inspect } from 'node:util'

const modules = ['connect', 'createConnection', 'createServer', 'isIP', 'isIPv4', 'isIPv6']

/** The names that an object and its prototypes have. */
function namesOf(object) {
  const names = new Set()
  for (let at = object; at; at = Object.getPrototypeOf(at))
    for (const name of Object.getOwnPropertyNames(at)) names.add(name)
  return [...names].filter((name) => !name.startsWith('_')).sort()
}

/** Whether a name is a method's; accessors are not called for that. */
function isMethod(prototype, name) {
  for (let at = prototype; at; at = Object.getPrototypeOf(at)) {
    const member = Object.getOwnPropertyDescriptor(at, name)
    if (member) return typeof member.value === 'function'
  }
  return false
}

export const programs = {
  'the names of the exports': async ({ net, note }) => {
    note(
      'names',
      Object.keys(net)
        .filter((name) => !name.startsWith('_'))
        .sort(),
    )
    note(
      'types',
      Object.keys(net)
        .filter((name) => !name.startsWith('_'))
        .sort()
        .map((name) => typeof net[name]),
    )
  },

  'the names with an underscore': async ({ net, note }) => {
    note(
      'names',
      Object.keys(net)
        .filter((name) => name.startsWith('_'))
        .sort(),
    )
  },

  'the functions': async ({ net, note }) => {
    for (const name of modules) note(name, net[name].name, net[name].length)
    note('one function', net.connect === net.createConnection, 'one class', net.Socket === net.Stream)
  },

  'the classes': async ({ net, note }) => {
    for (const name of ['Socket', 'Server', 'BlockList', 'SocketAddress']) {
      note(
        name,
        net[name].name,
        net[name].length,
        typeof net[name].prototype,
        Object.getOwnPropertyNames(net[name]).sort(),
      )
      note('constructor', net[name].prototype.constructor === net[name])
    }
  },

  methods: async ({ net, note }) => {
    const lists = {
      Socket: ['connect', 'end', 'write', 'destroy', 'destroySoon', 'resetAndDestroy', 'setTimeout', 'address'],
      Server: ['listen', 'close', 'address', 'getConnections', 'ref', 'unref'],
    }
    for (const [name, methods] of Object.entries(lists)) {
      for (const method of methods)
        note(`${name} ${method}`, typeof net[name].prototype[method], net[name].prototype[method].length)
    }
  },

  'the names of all that objects have': async ({ net, note }) => {
    const socket = new net.Socket()
    note('socket', namesOf(socket))
    note('server', namesOf(net.createServer()))
    socket.destroy()
  },

  'the methods of all that prototypes have': async ({ net, note }) => {
    for (const { name, prototype } of [net.Socket, net.Server]) {
      const methods = namesOf(prototype).filter((key) => isMethod(prototype, key))
      note(
        name,
        methods.map((key) => `${key}/${prototype[key].length}`),
      )
    }
  },

  'isIP()': async ({ net, note }) => {
    for (const text of [
      '127.0.0.1',
      '::1',
      '::ffff:1.2.3.4',
      'fe80::1%lo',
      'localhost',
      '',
      '1.2.3',
      '01.2.3.4',
      5,
      null,
    ]) {
      note(String(text), net.isIP(text), net.isIPv4(text), net.isIPv6(text))
    }
  },

  'the defaults of auto select': async ({ net, note, outcome }) => {
    note('before', net.getDefaultAutoSelectFamily(), net.getDefaultAutoSelectFamilyAttemptTimeout())
    const before = net.getDefaultAutoSelectFamilyAttemptTimeout()
    for (const value of [5, 5000, -1, 'a'])
      outcome(`timeout ${value}`, () => net.setDefaultAutoSelectFamilyAttemptTimeout(value))
    note('after', net.getDefaultAutoSelectFamilyAttemptTimeout())
    net.setDefaultAutoSelectFamilyAttemptTimeout(before)
    for (const value of [false, true, 'a']) outcome(`family ${value}`, () => net.setDefaultAutoSelectFamily(value))
    note('after', net.getDefaultAutoSelectFamily())
  },

  'BlockList and SocketAddress': async ({ net, note }) => {
    const list = new net.BlockList()
    list.addRange('10.0.0.1', '10.0.0.9')
    note('check', list.check('10.0.0.5'), list.check('10.0.1.5'), list.rules)
    const address = new net.SocketAddress({ address: '::1', port: 80, family: 'ipv6' })
    note('address', address.address, address.family, address.flowlabel)
  },

  'objects as they are inspected': async ({ net, note }) => {
    const socket = new net.Socket()
    note('socket', inspect(socket).split(' ')[0], String(socket), Object.prototype.toString.call(socket))
    note('server', inspect(net.createServer()).split(' ')[0], String(net.createServer()))
    socket.destroy()
  },
}
