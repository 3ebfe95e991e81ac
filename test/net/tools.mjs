// What a program is given beside the module: its recorder's calls, waits, and servers that are recorded from the start.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Recorder } from './recorder.mjs'

let named = 0

/** A program that this Node.js cannot run, and why; or the program. */
export function needs(lacking, program) {
  return lacking ? { lacking } : program
}

/** A program whose record is another one by design, for a reason that sockctl documents. */
export function differing(reason, run) {
  return { differs: reason, run }
}

/** Waits for an event, and gives its arguments. An event that never comes is noticed by whoever runs the program. */
export function until(emitter, event) {
  return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)))
}

/** Waits for a turn of the event loop. */
export function immediate() {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Waits for an error that nobody catches, which is then not the runner's. */
export async function uncaught() {
  const others = process.rawListeners('uncaughtException')
  process.removeAllListeners('uncaughtException')
  const [error] = await until(process, 'uncaughtException')
  for (const listener of others) process.on('uncaughtException', listener)
  return error
}

/** A lookup that answers with these addresses at once, in the form that was asked for. */
export function lookupOf(...addresses) {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  return (_, options, callback) => {
    if (options.all) callback(null, found)
    else callback(null, found[0].address, found[0].family)
  }
}

export class Tools extends Recorder {
  #folder = ''

  constructor(net) {
    super()
    this.net = net
  }

  /** A path for a Unix socket, in a folder of the program's own. */
  path = (name) => {
    if (!this.#folder) this.#folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
    return this.nameFile(join(this.#folder, name), `<${name}>`)
  }

  /** An abstract name, which no other program has. */
  abstract = (name) => {
    return this.nameFile(`\0sockctl-${process.pid}-${++named}`, `<abstract ${name}>`)
  }

  /**
   * A server that is recorded as 'server' and listens, on 127.0.0.1 unless told otherwise; what it accepts is recorded as
   * 'accepted', 'accepted 2' ...
   */
  serve = async (
    onConnection = () => {},
    { at = [0, '127.0.0.1'], options = {}, name = 'server', ...watching } = {},
  ) => {
    let count = 0
    const server = this.watch(name, this.net.createServer(options))
    server.on('connection', (socket) => {
      const suffix = ++count === 1 ? '' : ` ${count}`
      this.watch(`${name === 'server' ? '' : `${name}: `}accepted${suffix}`, socket, watching)
      onConnection(socket)
    })
    server.listen(...at)
    await until(server, 'listening')
    const address = server.address()
    return { server, port: address.port, path: address }
  }

  /** A port of loopback on which nobody listens. */
  freePort = async (host = '127.0.0.1') => {
    const server = this.net.createServer().listen(0, host)
    await until(server, 'listening')
    const { port } = server.address()
    server.close()
    await until(server, 'close')
    return port
  }

  dispose() {
    if (this.#folder) rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Events whose number depends on how the kernel cuts the data. */
export const uncounted = ['drain', 'pause', 'resume', 'readable']

/** A client of a server that sends back what it gets, or does something else, and is closed after the client. */
export async function echoed({ serve, net, watch }, onAccepted = (socket) => socket.pipe(socket)) {
  const { server, port } = await serve(onAccepted, { without: uncounted })
  const client = watch('client', net.connect(port, '127.0.0.1'), { without: uncounted })
  client.once('close', () => server.close())
  return client
}
