// HTTPS requests over sockets made to order, with all that an https.Agent does: it checks the certificate, and keeps the
// TLS sessions for later connections.
//
//   node https-agent.mjs https://host:port/ [ca.pem]
//
// The agent's own createConnection takes a socket and puts TLS on it. It makes two requests, each over a connection of its
// own, of which the second resumes the session of the first.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import { connectionFactory, getOption } from 'sockctl'

const [url, ca] = process.argv.slice(2)

const connectTcp = connectionFactory({ options: { TCP_USER_TIMEOUT: 10_000, IP_TOS: 'AF21' } })

class Agent extends https.Agent {
  createConnection(options, callback) {
    return super.createConnection({ ...options, socket: connectTcp(options) }, callback)
  }
}

const agent = new Agent({ keepAlive: false, ca: ca && readFileSync(ca) })

for (let count = 0; count < 2; count++) {
  const [response] = await once(https.get(url, { agent, ALPNProtocols: ['http/1.1'] }), 'response')
  const { socket } = response
  const session = socket.isSessionReused() ? 'session resumed' : 'new session'
  console.log(`${socket.getProtocol()}, ${session}, TCP_USER_TIMEOUT ${getOption(socket, 'TCP_USER_TIMEOUT')} ms`)
  console.log(await text(response))
}
