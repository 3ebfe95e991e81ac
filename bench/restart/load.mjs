import net from 'node:net'

// Keeps connections in flight, a new one for each request or for every few: node load.mjs PORT FLIGHT REQUESTS. Counts
// what it asked for and did not get, and tells when it is told to end.

const [, , port, flight, perConnection] = process.argv.map(Number)
const latencies = []
const lost = { reset: 0, refused: 0, short: 0, other: 0 }
let running = true
let sent = 0

const kinds = { ECONNRESET: 'reset', EPIPE: 'reset', ECONNREFUSED: 'refused' }

/** Whether a response is there, whole and the right one; undefined while it is not whole. */
function check(text, url) {
  const head = text.indexOf('\r\n\r\n')
  if (head === -1) return undefined
  const length = Number(/content-length: (\d+)/i.exec(text)?.[1])
  if (text.length < head + 4 + length) return undefined
  return text.startsWith('HTTP/1.1 200 ') && text.slice(head + 4).startsWith(`${url} x`)
}

/** Asks as often as a connection is for; resolves when it is closed, having counted what was lost. */
function connectAndAsk() {
  return new Promise((resolve) => {
    let [asked, answered, text, start, failure] = [0, 0, '', performance.now(), undefined]
    const url = () => `/${sent}`
    let current
    const socket = net.connect(port, '127.0.0.1')
    const ask = () => {
      sent++
      asked++
      current = url()
      const last = asked === perConnection ? 'Connection: close\r\n' : ''
      socket.write(`GET ${current} HTTP/1.1\r\nHost: localhost\r\n${last}\r\n`)
    }
    ask()
    socket.on('data', (data) => {
      text += data.toString('latin1')
      const whole = check(text, current)
      if (whole === undefined) return
      answered++
      if (whole) latencies.push(performance.now() - start)
      else lost.other++
      text = ''
      start = performance.now()
      if (asked < perConnection) ask()
    })
    socket.on('error', ({ code }) => {
      failure = kinds[code] ?? 'other'
    })
    socket.on('close', () => {
      if (answered < asked) lost[failure ?? 'short']++
      resolve()
    })
  })
}

async function keepAsking() {
  while (running) await connectAndAsk()
}

const all = Array.from({ length: flight }, keepAsking)
process.on('message', async () => {
  running = false
  await Promise.all(all)
  latencies.sort((one, other) => one - other)
  const result = {
    requests: sent,
    lost,
    p999: latencies[Math.floor(latencies.length * 0.999)],
    worst: latencies.at(-1),
  }
  process.send({ done: 'end', result }, () => process.exit())
})
process.send({ done: 'start' })
