// fetch() over sockets made to order, for http: and https:
//
//   node undici-fetch.mjs url [ca.pem]
//
// undici takes a function that connects. For http: the factory is one; for https: undici's own puts TLS, with its session
// cache, on a socket of the factory. It makes two requests, over one connection.
import { readFileSync } from 'node:fs'
import { connectionFactory } from 'sockctl'
import { Agent, buildConnector, fetch } from 'undici'

const [url, ca] = process.argv.slice(2)

const connectTcp = connectionFactory({
  options: { TCP_USER_TIMEOUT: 10_000, TCP_SYNCNT: 3 },
  control: (socket) => console.log(`descriptor ${socket.fd} is about to connect`),
})
const connectTls = buildConnector({ ca: ca && readFileSync(ca) })

function connect(options, callback) {
  if (options.protocol === 'https:') connectTls({ ...options, httpSocket: connectTcp(options) }, callback)
  else connectTcp(options, callback)
}

const dispatcher = new Agent({ connect, connections: 1 })

for (let count = 0; count < 2; count++) {
  const response = await fetch(url, { dispatcher })
  console.log(response.status, await response.text())
}
await dispatcher.close()
