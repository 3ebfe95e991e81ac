// Opens a terminal session on a host that still speaks rlogin (a switch, a terminal server, an old Unix):
//
//   node rlogin.mjs [--port number] [--user name] host
//
// `~.` at the start of a line leaves at once, `~~` sends a single `~`. Such a host trusts only clients whose source port
// is 512 to 1023, which takes root or CAP_NET_BIND_SERVICE. Ends with 0 when the session has ended, whatever came of it,
// which the protocol does not tell; with 1 when it was refused or cut short; with 2 after wrong use.
import { spawnSync } from 'node:child_process'
import { userInfo } from 'node:os'
import { parseArgs } from 'node:util'
import { abort, connect, reservedPorts, setOption } from 'sockctl'

const usage = 'usage: node rlogin.mjs [--port number] [--user name] host'

const longest = 30_000
const windowRequest = 0x80
const [carriageReturn, lineFeed, tilde, dot] = Buffer.from('\r\n~.')

function readArguments() {
  const options = { port: { type: 'string', default: '513' }, user: { type: 'string', default: userInfo().username } }
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const port = Number(values.port)
  if (positionals.length !== 1) throw new Error('a host is needed')
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`${values.port} is not a port`)
  return { host: positionals[0], port, user: values.user }
}

/** Takes the escapes out of what is typed. Calls `leave` for `~.`. */
function escapes(leave) {
  let isLineStart = true
  let isEscape = false
  return (bytes) => {
    const kept = []
    for (const byte of bytes) {
      if (isEscape && byte === dot) return leave()
      if (isEscape && byte !== tilde) kept.push(tilde)
      const begins = isLineStart && !isEscape && byte === tilde
      if (!begins) kept.push(byte)
      isLineStart = byte === carriageReturn || byte === lineFeed
      isEscape = begins
    }
    return Buffer.from(kept)
  }
}

/** Tells the server the size of the terminal: RFC 1282, "Window Size". */
function sendWindow(socket) {
  const { rows = 24, columns = 80 } = process.stdout
  const message = Buffer.alloc(12)
  message.write('\xff\xffss', 'latin1')
  message.writeUInt16BE(rows, 4)
  message.writeUInt16BE(columns, 6)
  socket.write(message)
}

/** Waits for the byte 0 with which the server takes the session; gives what came with it. */
async function accepted(socket) {
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    if (chunk[0] === 0) return chunk.subarray(1)
    throw new Error(`the server says: ${chunk.toString('latin1', chunk[0] === 1 ? 1 : 0).trim()}`)
  }
  throw new Error('the server closed the connection without an answer')
}

/**
 * Finds the request for the window size before all output. It is urgent data, of which Node knows nothing: with
 * SO_OOBINLINE it comes as a byte among the others. Once found, or missing where it belongs, the option goes off, so that
 * the kernel keeps later urgent bytes (flush, flow control) out of the output.
 */
function startOutput(socket, first) {
  const start = (chunk) => {
    setOption(socket, 'SO_OOBINLINE', false)
    const isAsked = chunk[0] === windowRequest
    if (isAsked) {
      sendWindow(socket)
      process.stdout.on('resize', () => sendWindow(socket))
    }
    process.stdout.write(chunk.subarray(isAsked ? 1 : 0))
    socket.on('data', (more) => process.stdout.write(more))
  }
  if (first.length > 0) start(first)
  else socket.once('data', start)
}

function startInput(socket) {
  const { stdin } = process
  // A reset: the session is hung up, and the reserved port is not kept in TIME_WAIT.
  const typed = escapes(() => abort(socket))
  if (stdin.isTTY) {
    stdin.setRawMode(true)
    // Node leaves the terminal to turn each line feed into two characters, which the server's own does already.
    spawnSync('stty', ['-opost'], { stdio: 'inherit' })
  }
  // The end of the input ends nothing: a FIN from here would hang up, and leave the port in TIME_WAIT for a minute.
  stdin.on('data', (bytes) => {
    const rest = typed(bytes)
    if (rest) socket.write(rest)
  })
  socket.once('close', () => {
    stdin.setRawMode?.(false)
    stdin.destroy()
  })
}

async function rlogin({ host, port, user }) {
  const options = { SO_OOBINLINE: true, TCP_NODELAY: true }
  // The walk of rlogin's own library, from a random place: its range is the one that servers take.
  const localPort = { ...reservedPorts.rresvport, start: 'random' }
  const socket = await connect({ host, port, localPort, options, timeout: longest })
  socket.setTimeout(longest, () => socket.destroy(new Error('the server does not answer')))
  socket.write(`\0${userInfo().username}\0${user}\0${process.env.TERM ?? 'dumb'}/38400\0`)
  const first = await accepted(socket).catch((error) => {
    // A server that refuses may leave the connection as it is.
    if (!socket.destroyed) abort(socket)
    throw error
  })
  // From here on it may be silent as long as its user is.
  socket.setTimeout(0)
  const ended = new Promise((resolve, reject) => socket.once('close', resolve).once('error', reject))
  startOutput(socket, first)
  startInput(socket)
  await ended
}

/** What went wrong, and what to do where that is the privilege to bind a reserved port. */
function explain(error) {
  // A host with several addresses fails with the errors of all.
  const [{ code, syscall }] = error.errors ?? [error]
  const isForbidden = code === 'EACCES' && syscall === 'bind'
  return isForbidden ? `${error.message}: it takes root, or CAP_NET_BIND_SERVICE` : error.message
}

function complain(status, message) {
  console.error(`rlogin: ${message}`)
  process.exitCode = status
}

let request
try {
  request = readArguments()
} catch (error) {
  complain(2, `${error.message}\n${usage}`)
}
if (request) await rlogin(request).catch((error) => complain(1, explain(error)))
