import http from 'node:http'

/** One request on a connection of its own; gives the answer, or how it failed. */
function ask(port) {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('error', ({ code }) => resolve({ code }))
      response.on('end', () => resolve({ text }))
    })
    request.on('error', ({ code }) => resolve({ code }))
  })
}

/** Constant load: as many requests in flight as asked for, each on a new connection. */
export class Load {
  answers = new Map()
  failures = new Map()
  worst = 0
  #port
  #running = true
  #loops

  constructor(port, inFlight) {
    this.#port = port
    this.#loops = Array.from({ length: inFlight }, () => this.#loop())
  }

  async #loop() {
    while (this.#running) {
      const start = performance.now()
      const { text, code } = await ask(this.#port)
      this.worst = Math.max(this.worst, performance.now() - start)
      const counts = code ? this.failures : this.answers
      const key = code ?? Number(text)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }

  /** How many requests failed. */
  get lost() {
    return [...this.failures.values()].reduce((sum, count) => sum + count, 0)
  }

  /** How many requests were answered. */
  get answered() {
    return [...this.answers.values()].reduce((sum, count) => sum + count, 0)
  }

  async stop() {
    this.#running = false
    await Promise.all(this.#loops)
  }
}
