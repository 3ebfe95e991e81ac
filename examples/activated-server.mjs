// A server that systemd starts with the first connection or datagram, on sockets that systemd bound: it needs no privilege
// for a low port, and no connection is refused while it restarts. To try it without a unit:
//
//   systemd-socket-activate -l 127.0.0.1:8080 --fdname=web node activated-server.mjs
//   systemd-socket-activate --datagram -l 127.0.0.1:8125 --fdname=stats node activated-server.mjs
//
// In a unit, FileDescriptorName= gives the name. SIGINT or SIGTERM end it.
import dgram from 'node:dgram'
import http from 'node:http'
import { bindDatagram, listen } from 'sockctl'
import { activatedSockets } from 'sockctl/handover'

const servers = []

for (const [name, sockets] of activatedSockets()) {
  for (const { type, family } of [...sockets]) {
    if (type === 'stream') {
      const server = http.createServer((_, response) => response.end(`hello from ${name}\n`))
      await listen(server, { activated: name })
      servers.push(server)
    } else {
      const socket = dgram.createSocket(family === 'ipv4' ? 'udp4' : 'udp6')
      socket.on('message', (data, { port, address }) => socket.send(data, port, address))
      await bindDatagram(socket, { activated: name })
      servers.push(socket)
    }
    const { address, port } = servers.at(-1).address()
    console.log(`${name}: ${type} on ${address}:${port}`)
  }
}

if (servers.length === 0) {
  console.error('no socket was passed to this process')
  process.exitCode = 1
}

function stop() {
  for (const server of servers) server.close()
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
