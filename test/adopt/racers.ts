import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { built } from '../support.js'

/** How a racer goes about it: a policy of listen(), or what many programs do for themselves. */
export type Way = 'refuse' | 'remove' | 'unlink when refused'

/** What came of it: 'won', or the code of an error. */
export type Outcome = string

const program = `
  import { unlinkSync } from 'node:fs'
  import net from 'node:net'
  import * as sockctl from '${built}index.js'

  let server
  const id = process.env.SOCKCTL_TEST_ID
  const knock = (path) => new Promise((resolve) => {
    const client = net.connect(path)
    client.on('connect', () => resolve('live') || client.destroy()).on('error', ({ code }) => resolve(code))
  })
  const unlinkAndListen = async (path) => {
    if (await knock(path) === 'ECONNREFUSED') unlinkSync(path)
    await new Promise((resolve, reject) => server.on('error', reject).listen(path, resolve))
  }
  const race = async ({ path, way, at }) => {
    server = net.createServer((socket) => socket.on('error', () => {}).end(id))
    while (performance.timeOrigin + performance.now() < at);
    try {
      await (way === 'unlink when refused' ? unlinkAndListen(path) : sockctl.listen(server, { path, staleSocket: way }))
      return 'won'
    } catch ({ code }) {
      return code
    }
  }
  const close = () => new Promise((resolve) => server.listening ? server.close(() => resolve('closed')) : resolve('closed'))
  process.on('message', async (request) => process.send(await (request === 'close' ? close() : race(request))))
  process.on('disconnect', () => process.exit())
  process.send('ready')
`

/** How long before the start the racers are told of it, in ms: by then all of them wait. */
const notice = 5

/** Processes that try to listen at one path at the same time. */
export class Racers {
  readonly #children: ChildProcess[]
  readonly #folder = mkdtempSync(join(tmpdir(), 'sockctl-race-'))

  constructor(count: number) {
    const file = join(this.#folder, 'program.mjs')
    writeFileSync(file, program)
    this.#children = Array.from({ length: count }, (_, id) =>
      fork(file, { execArgv: [], env: { ...process.env, SOCKCTL_TEST_ID: String(id) } }),
    )
  }

  /** The answers of all to a request each. */
  async #ask(requestOf?: (index: number) => object | string): Promise<string[]> {
    const answers = this.#children.map((child) => once(child, 'message'))
    if (requestOf) for (const [index, child] of this.#children.entries()) child.send(requestOf(index))
    return (await Promise.all(answers)).map(([answer]) => answer as string)
  }

  async ready(): Promise<void> {
    await this.#ask()
  }

  /** Has all of them try at once. */
  race(path: string, wayOf: (index: number) => Way): Promise<Outcome[]> {
    const at = performance.timeOrigin + performance.now() + notice
    return this.#ask((index) => ({ path, way: wayOf(index), at }))
  }

  /** Closes whatever server there is. */
  async close(): Promise<void> {
    await this.#ask(() => 'close')
  }

  /** Ends the processes. */
  async end(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        const gone = once(child, 'exit')
        child.kill('SIGKILL')
        await gone
      }),
    )
    rmSync(this.#folder, { recursive: true })
  }
}
