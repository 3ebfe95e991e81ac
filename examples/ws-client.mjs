// A WebSocket over a socket made to order:
//
//   node ws-client.mjs url text
//
// ws takes a function that connects for ws: URLs. For wss: give it the agent of https-agent.mjs. It sends a
// text and prints what comes back.
import { once } from 'node:events'
import { connectionFactory } from 'sockctl'
import { WebSocket } from 'ws'

const [url, text] = process.argv.slice(2)

const createConnection = connectionFactory({
  options: { TCP_USER_TIMEOUT: 10_000 },
  control: (socket) => console.log(`descriptor ${socket.fd} is about to connect`),
})

const socket = new WebSocket(url, { createConnection })
await once(socket, 'open')
socket.send(text)
const [message] = await once(socket, 'message')
console.log(message.toString())
socket.close()
