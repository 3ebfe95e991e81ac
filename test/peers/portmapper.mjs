// Runs rpcbind in a network namespace that was made for it, asks it from either kind of source port, and prints JSON.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { BareSocket, connect } from '../../dist/index.js'

const address = { address: '127.0.0.1', port: 111 }
const portmapper = 100000
const tcp = 6
const procedures = { set: 1, unset: 2 }

/** rpcbind is given its listener as systemd would, so that connections wait for it in the accept queue. */
function startPortmapper() {
  const socket = new BareSocket('ipv4')
  socket.listen(16, address)
  const command = 'LISTEN_PID=$$ LISTEN_FDS=1 exec /usr/sbin/rpcbind -f'
  const child = spawn('/bin/sh', ['-c', command], { stdio: ['ignore', 'ignore', 'inherit', socket.fd] })
  socket.close()
  return child
}

function words(...values) {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index)
  return bytes
}

/** Reads one record of an RPC connection: RFC 5531 section 11, of one fragment. */
async function readRecord(socket) {
  let bytes = Buffer.alloc(0)
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk])
    if (bytes.length >= 4 && bytes.length >= 4 + (bytes.readUInt32BE(0) & 0x7fffffff)) return bytes.subarray(4)
  }
  throw new Error('rpcbind ended the connection')
}

/** Calls a procedure without credentials; gives what follows the head of the reply. */
async function call(localPort, version, procedure, argument = []) {
  const socket = await connect({ host: address.address, port: address.port, localPort, timeout: 5000 })
  const [transaction, request, rpcVersion] = [1, 0, 2]
  const body = words(transaction, request, rpcVersion, portmapper, version, procedure, 0, 0, 0, 0, ...argument)
  socket.write(Buffer.concat([words(0x80000000 + body.length), body]))
  return (await readRecord(socket)).subarray(24)
}

/** Adds a TCP service to the map, or takes it out: RFC 1833 section 3. */
async function change(localPort, name, program) {
  const answer = await call(localPort, 2, procedures[name], [program, 1, tcp, 2000])
  return answer.readUInt32BE(0) === 1
}

/** The owner of each program in the map, by RPCBPROC_DUMP: RFC 1833 section 2.1. */
async function owners() {
  const reply = await call(0, 3, 4)
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
  const found = {}
  while (word() === 1) {
    const [program, _version, _network, _address, owner] = [word(), word(), string(), string(), string()]
    found[program] = owner
  }
  return found
}

// Numbers that RFC 5531 leaves to users.
const [trusted, plain] = [0x20000001, 0x20000002]

/** The owners of the two, undefined for one that is not in the map. */
async function twoOwners() {
  const found = await owners()
  return { trusted: found[trusted], plain: found[plain] }
}

const rpcbind = startPortmapper()
try {
  const set = [await change('reserved', 'set', trusted), await change(0, 'set', plain)]
  const afterSet = await twoOwners()
  const unset = [await change(0, 'unset', trusted), await change(0, 'unset', plain)]
  const afterUnset = await twoOwners()
  const trustedUnset = await change('reserved', 'unset', trusted)
  console.log(JSON.stringify({ set, afterSet, unset, afterUnset, trustedUnset, atLast: await twoOwners() }))
} finally {
  const ended = once(rpcbind, 'exit')
  rpcbind.kill()
  await ended
}
