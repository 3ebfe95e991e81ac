// An HTTP server that takes over from the one before, and may kill itself on the way:
//
//   node server.mjs <path> <port> [<side>:<step>]
//
// It prints a line of JSON for each step, and for what it comes to.
import { subscribe } from 'node:diagnostics_channel'
import { writeSync } from 'node:fs'
import http from 'node:http'
import { takeover } from '../../dist/handover.js'

const [path, port, fatal] = process.argv.slice(2)
const tell = (what) => writeSync(1, `${JSON.stringify(what)}\n`)

subscribe('sockctl:takeover', ({ side, step }) => {
  tell({ side, step })
  if (`${side}:${step}` === fatal) process.kill(process.pid, 'SIGKILL')
})

// An answer takes a moment, so that there are always some in flight.
const server = http.createServer((_, response) => {
  setTimeout(() => response.end(String(process.pid)), 2)
})
try {
  const running = await takeover(path, { web: { server, listen: { host: '127.0.0.1', port: Number(port) } } })
  const { received, bound, lost } = running.start
  tell({ start: { received, bound, lost }, pid: process.pid })
  running.on('resumed', () => tell({ resumed: true }))
  running.on('failed', (error) => tell({ failed: error.message }))
  running.predecessor?.then((predecessor) => tell({ predecessor }))
  const { connections, cut } = await running.left
  tell({ left: { connections, cut } })
} catch (error) {
  tell({ error: error.message, code: error.code })
  process.exitCode = 1
}
