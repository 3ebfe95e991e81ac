// Requests over connections that are given up soon after the network is gone:
//
//   node http-agent.mjs http://host:port/
//
// A connection that an agent keeps can die unseen, and the next request on it waits for a quarter of an hour. With
// TCP_USER_TIMEOUT it fails after ten seconds; probes find the dead ones before. It makes two requests, one after the
// other, over one connection.
import { once } from 'node:events'
import http from 'node:http'
import { text } from 'node:stream/consumers'
import { connectionFactory, getOption } from 'sockctl'

const [url] = process.argv.slice(2)

const createConnection = connectionFactory({
  options: { TCP_USER_TIMEOUT: 10_000, SO_KEEPALIVE: true, TCP_KEEPIDLE: 5, TCP_KEEPINTVL: 5, TCP_KEEPCNT: 2 },
})
const agent = Object.assign(new http.Agent({ keepAlive: true }), { createConnection })

for (let count = 0; count < 2; count++) {
  const request = http.get(url, { agent })
  const [response] = await once(request, 'response')
  const { socket } = response
  const limit = getOption(socket, 'TCP_USER_TIMEOUT')
  const how = request.reusedSocket ? 'again' : 'first'
  console.log(`${how} from port ${socket.localPort}, TCP_USER_TIMEOUT ${limit} ms: ${response.statusCode}`)
  console.log(await text(response))
}
agent.destroy()
