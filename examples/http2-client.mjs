// An HTTP/2 session on a socket made to order, over TLS (https:) or without (http:):
//
//   node http2-client.mjs https://host:port/ [ca.pem]
//
// One connection carries everything, so it matters how soon its death is noticed: here after ten seconds.
import { readFileSync } from 'node:fs'
import http2 from 'node:http2'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import tls from 'node:tls'
import { connectionFactory, getOption } from 'sockctl'

const [address, ca] = process.argv.slice(2)
const url = new URL(address)

const connectTcp = connectionFactory({ options: { TCP_USER_TIMEOUT: 10_000 }, noDelay: true })

function connectTls(authority) {
  const host = authority.hostname.replace(/^\[|\]$/g, '')
  return tls.connect({
    socket: connectTcp(authority),
    host,
    // A name goes into the handshake, an address does not.
    servername: net.isIP(host) ? '' : host,
    ALPNProtocols: ['h2'],
    ca: ca && readFileSync(ca),
  })
}

const session = http2.connect(url, { createConnection: url.protocol === 'https:' ? connectTls : connectTcp })
const stream = session.request({ ':path': url.pathname })
console.log(await text(stream))
console.log(`${session.alpnProtocol}, TCP_USER_TIMEOUT ${getOption(session, 'TCP_USER_TIMEOUT')} ms`)
session.close()
