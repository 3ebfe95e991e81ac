import { once } from 'node:events'
import http from 'node:http'

// An HTTP server that is told when to listen and when to stop: node server.mjs MODE PORT. It ends with its connections.

const [, , mode, port] = process.argv
const { begin, end } = await import(`./modes/${mode}.mjs`)

const filler = 'x'.repeat(1024)
const server = http.createServer(({ url }, response) => {
  response.end(`${url} ${filler}`)
})
// A client that is reset loses a request; the client counts it.
server.on('clientError', (_, socket) => socket.destroy())

// With takeover it closes before it is told to end.
const closed = once(server, 'close')

const commands = {
  begin: () => begin(server, Number(port)),
  end: () => end(server),
}

async function leave() {
  await closed
  process.disconnect()
}

process.on('message', async (name) => {
  try {
    process.send({ done: name, result: await commands[name]() }, name === 'end' ? leave : undefined)
  } catch (error) {
    process.send({ done: name, error: error.stack })
  }
})
process.on('disconnect', () => process.exit())
process.send({ done: 'start' })
