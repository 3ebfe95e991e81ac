// Aborts connections of net and tls, each end in turn, in a network namespace of this process, and counts the sockets and
// remnants that sock_diag then tells of: node bench/close/aborts.mjs '{"count":1000}'. Prints JSON.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import tls from 'node:tls'
import { sockets } from '../../dist/diag.js'
import { abort } from '../../dist/index.js'
import { native } from '../../dist/native.js'

const { count } = JSON.parse(process.argv[2])
const own = native.createNetworkNamespace()
if (own < 0 || native.setNetworkNamespace(own) < 0) throw new Error('a network namespace takes root')

const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
const names = ['-keyout', '-', '-out', '-', '-subj', '/CN=localhost']
const pem = execFileSync('openssl', [...request, ...names], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
const host = '127.0.0.1'
const kinds = {
  net: {
    make: () => net.createServer(),
    event: 'connection',
    ready: 'connect',
    dial: (port) => net.connect(port, host),
  },
  tls: {
    make: () => tls.createServer({ key: pem, cert: pem }),
    event: 'secureConnection',
    ready: 'secureConnect',
    dial: (port) => tls.connect({ port, host, ca: pem, servername: 'localhost' }),
  },
}

function gone(socket) {
  socket.on('error', () => {})
  return new Promise((resolve) => socket.once('close', resolve))
}

async function abortMany({ make, event, ready, dial }) {
  const server = make().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address()
  for (let made = 0; made < count; made++) {
    const accepted = once(server, event)
    const client = dial(port)
    const [[peer]] = await Promise.all([accepted, once(client, ready)])
    const [one, other] = made % 2 === 0 ? [client, peer] : [peer, client]
    const done = Promise.all([client, peer].map(gone))
    // Every other time with the FIN of the other end.
    if (made % 4 < 2) other.end()
    abort(one)
    other.resume()
    await done
  }
  await new Promise((resolve) => server.close(resolve))
  return { aborted: count, left: sockets({ protocol: 'tcp' }).map(({ state }) => state) }
}

const results = {}
for (const [name, kind] of Object.entries(kinds)) results[name] = await abortMany(kind)
process.stdout.write(JSON.stringify(results))
