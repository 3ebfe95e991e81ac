// Runs one command on a host that still speaks rsh (a switch, a tape library, a lab instrument):
//
//   node rsh.mjs [--port number] [--user name] host 'command'
//
// Such a host trusts only clients whose source port is below 1024. Ends with 0 when the command has run, whatever came
// of it, which the protocol does not tell; with 1 when it was refused or cut short; with 2 after wrong use.
import { userInfo } from 'node:os'
import { pipeline } from 'node:stream/promises'
import { parseArgs } from 'node:util'
import { connect } from 'sockctl'

const usage = "usage: node rsh.mjs [--port number] [--user name] host 'command'"

const privilege = `rsh needs a source port below 1024. Run this as root, or let node bind one:
  sudo setcap cap_net_bind_service=+ep ${process.execPath}
or let everybody on this machine:
  sudo sysctl net.ipv4.ip_unprivileged_port_start=512`

function readArguments() {
  const options = { port: { type: 'string', default: '514' }, user: { type: 'string', default: userInfo().username } }
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const [host, command] = positionals
  const port = Number(values.port)
  if (positionals.length !== 2) throw new Error('a host and a command are needed, the command as one argument')
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`${values.port} is not a port`)
  return { host, command, port, user: values.user }
}

/** Yields what the command prints; throws what the server has against it. */
async function* output(socket) {
  let reply = Buffer.alloc(0)
  for await (const chunk of socket) {
    if (reply[0] === 0) {
      yield chunk
      continue
    }
    reply = Buffer.concat([reply, chunk])
    if (reply[0] === 0) yield reply.subarray(1)
  }
  if (reply.length === 0) throw new Error('the server closed the connection without an answer')
  if (reply[0] !== 0) throw new Error(`the server says: ${reply.subarray(1).toString().trim()}`)
}

async function rsh({ host, command, port, user }) {
  const socket = await connect({ host, port, localPort: 'reserved' })
  // Port 0 for stderr: it comes over the same connection. The connection is not ended from here, which would leave the
  // reserved port in TIME_WAIT for a minute.
  socket.write(`0\0${userInfo().username}\0${user}\0${command}\0`)
  await pipeline(output(socket), process.stdout, { end: false })
}

function explain(error) {
  // A host with several addresses fails with the errors of all.
  const [{ code, syscall }] = error.errors ?? [error]
  return code === 'EACCES' && syscall === 'bind' ? `${error.message}\n${privilege}` : error.message
}

function complain(status, message) {
  console.error(`rsh: ${message}`)
  process.exitCode = status
}

let request
try {
  request = readArguments()
} catch (error) {
  complain(2, `${error.message}\n${usage}`)
}
if (request) await rsh(request).catch((error) => complain(1, explain(error)))
