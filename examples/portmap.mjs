// Tells a portmapper (rpcbind) about a service, takes one out, or lists them, with the owner of each:
//
//   node portmap.mjs [--udp] [--port number] host dump
//   node portmap.mjs [--udp] [--port number] host set program version tcp|udp port
//   node portmap.mjs [--udp] [--port number] host unset program version
//
// rpcbind takes a caller on its own host, whose source port is below 1024, for the superuser. Anybody else's entries have
// no owner and anybody may take them out, whereas an entry of the superuser stays, though rpcbind says yes to taking it
// out: so this looks, and ends with 1 where nothing changed. --unprivileged calls from a port of the kernel's choice.
// Ends with 2 after wrong use.
import dgram from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { bindDatagram, connect, reservedPorts } from 'sockctl'

const usage = `usage: node portmap.mjs [--udp] [--unprivileged] [--port number] host dump
       node portmap.mjs [--udp] [--unprivileged] [--port number] host set program version tcp|udp port
       node portmap.mjs [--udp] [--unprivileged] [--port number] host unset program version`

const portmapper = 100000
const longest = 5000
// RFC 1833: version 2 sets and unsets (section 3.2), version 3 lists with owners (section 2.2).
const procedures = { set: [2, 1], unset: [2, 2], dump: [3, 4] }
const numbersOf = { set: 4, unset: 2, dump: 0 }
const transports = { tcp: 6, udp: 17 }

function readArguments() {
  const { values, positionals } = parseArgs({
    options: {
      udp: { type: 'boolean', default: false },
      unprivileged: { type: 'boolean', default: false },
      port: { type: 'string', default: '111' },
    },
    allowPositionals: true,
  })
  const [host, action, ...words] = positionals
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`${values.port} is not a port`)
  if (!host || !Object.hasOwn(procedures, action ?? '')) throw new Error('a host, and dump, set or unset, are needed')
  if (words.length !== numbersOf[action]) throw new Error(`${action} takes ${numbersOf[action]} words more`)
  const numbers = words.map((word) => transports[word] ?? Number(word))
  const wrong = numbers.findIndex((number) => !Number.isInteger(number) || number < 0 || number > 0xffffffff)
  if (wrong >= 0) throw new Error(`${words[wrong]} is not a number`)
  const [program, version, transport = 0, number = 0] = numbers
  const localPort = values.unprivileged ? 0 : reservedPorts.bindresvport
  const to = { host, port, localPort, isUdp: values.udp }
  return { to, action, mapping: [program, version, transport, number] }
}

function words(...values) {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index)
  return bytes
}

async function callUdp({ host, port, localPort }, request) {
  const { address, family } = await lookup(host)
  const socket = dgram.createSocket(`udp${family}`)
  const timer = setTimeout(() => socket.emit('error', new Error('the portmapper does not answer')), longest)
  try {
    await bindDatagram(socket, { port: localPort })
    socket.connect(port, address)
    await once(socket, 'connect')
    socket.send(request)
    const [reply] = await once(socket, 'message')
    return reply
  } finally {
    clearTimeout(timer)
    socket.close()
  }
}

/** Over TCP, messages are cut into fragments, each after its length, and the last one marked: RFC 5531 section 11. */
async function callTcp({ host, port, localPort }, request) {
  const socket = await connect({ host, port, localPort, timeout: longest })
  socket.setTimeout(longest, () => socket.destroy(new Error('the portmapper does not answer')))
  socket.write(Buffer.concat([words(0x80000000 + request.length), request]))
  let bytes = Buffer.alloc(0)
  const fragments = []
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk])
    while (bytes.length >= 4 && bytes.length >= 4 + (bytes.readUInt32BE(0) & 0x7fffffff)) {
      const head = bytes.readUInt32BE(0)
      const end = 4 + (head & 0x7fffffff)
      fragments.push(bytes.subarray(4, end))
      if (head & 0x80000000) return Buffer.concat(fragments)
      bytes = bytes.subarray(end)
    }
  }
  throw new Error('the portmapper closed the connection')
}

/** Calls a procedure without credentials; gives what follows the head of the reply. */
async function call(to, action, argument = []) {
  const [version, procedure] = procedures[action]
  const transaction = Math.floor(Math.random() * 0x100000000)
  const [request, rpcVersion] = [0, 2]
  const body = words(transaction, request, rpcVersion, portmapper, version, procedure, 0, 0, 0, 0, ...argument)
  const reply = await (to.isUdp ? callUdp : callTcp)(to, body)
  const [id, type, denied] = [0, 4, 8].map((offset) => reply.readUInt32BE(offset))
  if (id !== transaction || type !== 1) throw new Error('the answer is none to the question')
  // A call that is denied may be answered with fewer words.
  if (denied !== 0) throw new Error('the portmapper refuses the call (denied)')
  const status = reply.readUInt32BE(20)
  if (status !== 0) throw new Error(`the portmapper refuses the call (${status})`)
  return reply.subarray(24)
}

/** Reads the entries of a dump. */
function* entriesOf(reply) {
  let offset = 0
  const word = () => {
    offset += 4
    return reply.readUInt32BE(offset - 4)
  }
  const string = () => {
    const length = word()
    const start = offset
    offset += 4 * Math.ceil(length / 4)
    return reply.toString('latin1', start, start + length)
  }
  while (word() === 1) {
    yield { program: word(), version: word(), network: string(), address: string(), owner: string() }
  }
}

async function has(to, [program, version]) {
  const entries = [...entriesOf(await call(to, 'dump'))]
  return entries.some((entry) => entry.program === program && entry.version === version)
}

async function portmap({ to, action, mapping }) {
  if (action === 'dump') {
    for (const { program, version, network, address, owner } of entriesOf(await call(to, 'dump'))) {
      console.log(`${program} ${version} ${network} ${address} ${owner}`)
    }
    return
  }
  const answer = await call(to, action, mapping)
  if (answer.readUInt32BE(0) !== 1) throw new Error(`the portmapper does not ${action} this`)
  if (action === 'unset' && (await has(to, mapping))) throw new Error("the entry is another owner's: nothing changed")
}

/** What went wrong, and what to do where that is the privilege to bind a reserved port. */
function explain(error) {
  // A host with several addresses fails with the errors of all.
  const [{ code, syscall }] = error.errors ?? [error]
  const isForbidden = code === 'EACCES' && syscall === 'bind'
  return isForbidden ? `${error.message}: it takes root, or CAP_NET_BIND_SERVICE` : error.message
}

function complain(status, message) {
  console.error(`portmap: ${message}`)
  process.exitCode = status
}

let request
try {
  request = readArguments()
} catch (error) {
  complain(2, `${error.message}\n${usage}`)
}
if (request) await portmap(request).catch((error) => complain(1, explain(error)))
