// Arguments that connect() refuses, and peers that refuse.
import { writeFileSync } from 'node:fs'
import { lookupOf, uncaught, until } from '../tools.mjs'

/** Notes what each list of arguments brings: an error that is thrown, or one that comes. */
async function refuseEach({ net, watch, outcome }, lists) {
  for (const [index, args] of lists.entries()) {
    const socket = watch(`socket ${index}`, new net.Socket())
    outcome(`connect ${index}`, () => socket.connect(...args))
    socket.destroy()
    await until(socket, 'close')
  }
}

/** Connects where nobody listens. */
async function refused({ net, watch, ticks, state }, ...args) {
  const client = watch('client', net.connect(...args))
  ticks(client, 'after connect()')
  state(client, 'after connect()')
  client.on('error', () => {
    ticks(client, 'in error')
    state(client, 'in error')
  })
  await until(client, 'close')
  ticks(client, 'in close')
}

export const programs = {
  'connect() on ports that are none': (tools) =>
    refuseEach(
      tools,
      [-1, 65536, 1.5, Number.NaN, '65536', '', 'a:b', true, {}].map((port) => [{ port }]),
    ),

  'connect() without a port': (tools) =>
    refuseEach(tools, [[], [{}], [null], [undefined], [{ host: '127.0.0.1' }], [{ path: '' }], [() => {}]]),

  'net.connect() without a port': async ({ net, outcome }) => {
    for (const args of [[], [{}], [null], [undefined], [{ host: '127.0.0.1' }], [-1], [65536]]) {
      outcome(`connect(${args.map((arg) => JSON.stringify(arg))})`, () => net.connect(...args).destroy())
    }
  },

  'connect() with other options of the wrong type': (tools) =>
    refuseEach(
      tools,
      [
        { host: 5 },
        { host: '127.0.0.1', localAddress: 'name' },
        { host: '127.0.0.1', localAddress: 5 },
        { host: '127.0.0.1', localPort: '5' },
        { host: '127.0.0.1', localPort: -1 },
        { host: '127.0.0.1', localPort: 65536 },
        { host: '127.0.0.1', localPort: Number.NaN },
        { host: 'name', lookup: 'lookup' },
        { host: 'name', lookup: {} },
        { host: 'name', hints: 1 },
        { host: 'name', family: 5 },
        { host: '127.0.0.1', autoSelectFamily: 'yes' },
        { host: '127.0.0.1', autoSelectFamilyAttemptTimeout: -1 },
        { host: '127.0.0.1', autoSelectFamilyAttemptTimeout: 'soon' },
      ].map((options) => [{ port: 1, ...options }]),
    ),

  'new Socket() with wrong options': async ({ net, outcome }) => {
    const lists = ['abc', true, { fd: -1 }, { fd: 'a' }, { objectMode: true }, { readableObjectMode: true }]
    for (const options of [...lists, { signal: {} }, { handle: null }, null, undefined, [], {}]) {
      outcome(`new Socket(${JSON.stringify(options)})`, () => new net.Socket(options).constructor.name)
    }
  },

  'a refused connection': async (tools) => refused(tools, await tools.freePort(), '127.0.0.1'),
  'a refused connection over IPv6': async (tools) => refused(tools, await tools.freePort('::1'), '::1'),
  'a refused connection with options': async (tools) =>
    refused(tools, { host: '127.0.0.1', port: await tools.freePort(), family: 4 }),
  'a refused connection to a name': async (tools) =>
    refused(tools, {
      host: 'both',
      port: await tools.freePort(),
      lookup: lookupOf('127.0.0.1', '::1'),
    }),
  'a refused connection to a name of one family': async (tools) =>
    refused(tools, { host: 'both', port: await tools.freePort(), lookup: lookupOf('127.0.0.1', '::1'), family: 6 }),
  'a refused connection to a name without auto select': async (tools) =>
    refused(tools, {
      host: 'both',
      port: await tools.freePort(),
      lookup: lookupOf('127.0.0.1', '::1'),
      autoSelectFamily: false,
    }),
  'a refused connection to a name with one address': async (tools) =>
    refused(tools, { host: 'one', port: await tools.freePort(), lookup: lookupOf('127.0.0.3') }),
  'a refused connection from an address': async (tools) =>
    refused(tools, { host: '127.0.0.1', port: await tools.freePort(), localAddress: '127.0.0.4' }),
  'a path that is missing': (tools) => refused(tools, tools.path('missing')),
  'a path that is a file': (tools) => {
    const path = tools.path('file')
    writeFileSync(path, '')
    return refused(tools, { path })
  },
  'an abstract name that is missing': (tools) => refused(tools, tools.abstract('missing')),
  'a path that is too long': (tools) => refused(tools, tools.path('a'.repeat(200))),

  'a refused connection without a listener for the error': async ({ net, watch, note, freePort }) => {
    const port = await freePort()
    const client = watch('client', net.connect(port, '127.0.0.1'), { catches: false })
    const [error] = await Promise.all([uncaught(), until(client, 'close')])
    note('uncaught', error)
  },

  'a refused connection and data': async ({ net, watch, mark, freePort }) => {
    const client = watch('client', net.connect(await freePort(), '127.0.0.1'))
    mark(
      client,
      'write() gave',
      client.write('lost', (error) => mark(client, 'written', error)),
    )
    client.end('also lost', () => mark(client, 'ended'))
    await until(client, 'close')
  },
}
