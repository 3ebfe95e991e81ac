// Asks an amanda client (a host that is backed up) what it can do, as the backup server does:
//
//   node amanda.mjs [--port number] [--user name] [--unprivileged] host
//
// With the authentication bsdtcp, amandad trusts only source ports below 1024, which take root or CAP_NET_BIND_SERVICE.
// --unprivileged shows what it says to others. Ends with 1 when it refuses, with 2 after wrong use.
import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { abort, connect } from 'sockctl'

const usage = 'usage: node amanda.mjs [--port number] [--user name] [--unprivileged] host'

const packetTypes = ['request', 'reply', 'partial reply', 'acknowledgement', 'refusal']
const headLength = 8
const longest = 10_000

function readArguments() {
  const { values, positionals } = parseArgs({
    options: {
      port: { type: 'string', default: '10080' },
      user: { type: 'string', default: userInfo().username },
      unprivileged: { type: 'boolean', default: false },
    },
    allowPositionals: true,
  })
  const port = Number(values.port)
  if (positionals.length !== 1) throw new Error('a host is needed')
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`${values.port} is not a port`)
  return { host: positionals[0], port, user: values.user, localPort: values.unprivileged ? 0 : 'reserved' }
}

/** A packet as bsdtcp frames it: its length, a handle, a byte for the type, and text that ends with a zero. */
function packetOf(type, text) {
  const body = Buffer.from(`${String.fromCharCode(packetTypes.indexOf(type))}${text}\0`)
  const head = Buffer.alloc(headLength)
  head.writeUInt32BE(body.length, 0)
  head.writeUInt32BE(1, 4)
  return Buffer.concat([head, body])
}

/** Reads packets to the end of the connection. */
async function* packetsOf(socket) {
  let bytes = Buffer.alloc(0)
  for await (const chunk of socket) {
    bytes = Buffer.concat([bytes, chunk])
    while (bytes.length >= headLength && bytes.length >= headLength + bytes.readUInt32BE(0)) {
      const end = headLength + bytes.readUInt32BE(0)
      const type = packetTypes[bytes[headLength]] ?? 'unknown'
      yield { type, text: bytes.toString('latin1', headLength + 1, end - 1).trim() }
      bytes = bytes.subarray(end)
    }
  }
}

async function ask({ host, port, user, localPort }) {
  const socket = await connect({ host, port, localPort, timeout: longest })
  socket.setTimeout(longest, () => socket.destroy(new Error('amandad does not answer')))
  socket.write(packetOf('request', `SECURITY USER ${user}\nSERVICE noop\nOPTIONS ;\n`))
  for await (const { type, text } of packetsOf(socket)) {
    if (type === 'refusal') throw new Error(`amandad says: ${text}`)
    if (type !== 'reply') continue
    // amandad keeps the connection for half a minute. A reset ends it, and leaves no reserved port in TIME_WAIT.
    abort(socket)
    return text
  }
  throw new Error('amandad closed the connection without an answer')
}

/** What went wrong, and what to do where that is the privilege to bind a reserved port. */
function explain(error) {
  // A host with several addresses fails with the errors of all.
  const [{ code, syscall }] = error.errors ?? [error]
  const isForbidden = code === 'EACCES' && syscall === 'bind'
  return isForbidden ? `${error.message}: it takes root, or CAP_NET_BIND_SERVICE` : error.message
}

function complain(status, message) {
  console.error(`amanda: ${message}`)
  process.exitCode = status
}

let request
try {
  request = readArguments()
} catch (error) {
  complain(2, `${error.message}\n${usage}`)
}
if (request) {
  try {
    console.log(await ask(request))
  } catch (error) {
    complain(1, explain(error))
  }
}
