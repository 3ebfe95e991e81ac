// An HTTP server that is restarted by starting it once more: the new process takes the listening socket over, and the
// old one answers what it has and leaves. No request is lost.
//
//   node takeover-server.mjs [path] [port]
//
// The path is a Unix socket at which the two meet. SIGINT or SIGTERM end the server for good.
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takeover } from 'sockctl/handover'

const [path = join(tmpdir(), 'takeover-server.sock'), port = 0] = process.argv.slice(2)

const server = http.createServer((_, response) => response.end(`process ${process.pid}\n`))
const running = await takeover(path, { web: { server, listen: { host: '127.0.0.1', port: Number(port) } } })

const how = running.start.received.includes('web') ? 'took over' : 'started'
console.log(`${how}, listening on http://127.0.0.1:${server.address().port}`)
running.on('refused', ({ pid, uid, commandLine }) =>
  console.log(`refused process ${pid} (${commandLine}) of user ${uid}`),
)
running.on('resumed', () => console.log('the new process died, listening again'))

function stop() {
  running.close()
  server.close()
}
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)

running.left.then(({ successor, connections, cut }) => {
  console.log(`process ${successor.pid} took over; of ${connections} connections ${cut} were cut`)
})
