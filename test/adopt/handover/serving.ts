import { once } from 'node:events'
import http from 'node:http'
import { text } from 'node:stream/consumers'

const host = '127.0.0.1'

/** What a process tells when its servers have started. */
export interface Started {
  start: { received: string[]; bound: string[]; dropped: string[]; lost?: object }
  /** The port of the first of them. */
  port: number
}

/**
 * A process that takes some servers over, and tells what comes of it. The servers and the options are given as text; `pid`
 * is what a server answers with, for instance.
 */
export function serving(path: string, servers: string, options = '{}'): string {
  return `
    import http from 'node:http'
    import http2 from 'node:http2'
    import net from 'node:net'
    import dgram from 'node:dgram'
    const pid = String(process.pid)
    const servers = ${servers}
    const first = Object.values(servers)[0]
    try {
      const running = await handover.takeover(${JSON.stringify(path)}, servers, ${options})
      running.on('refused', (refused) => post({ refused }))
      running.on('failed', (error) => post({ failed: error.message }))
      running.on('resumed', () => post({ resumed: true }))
      running.predecessor?.then((predecessor) => post({ predecessor }))
      running.left
        .then((left) => post({ left }), ({ message }) => post({ error: message }))
        .then(() => process.disconnect())
      process.on('message', (answer) => {
        if (answer === 'close') running.close()
        post({ answer })
      })
      const { port } = (first.server ?? first.socket).address()
      post({ start: running.start, port })
    } catch (error) {
      post({ error: error.code ?? error.message, text: error.message })
    }`
}

/** Finds a message that says a thing. */
export const has = (name: string) => (message: Record<string, unknown>) => message[name] !== undefined

/** Whether a message says that the servers have started. */
export const begun = has('start')

/** The text of an HTTP server that answers with its process. */
export function httpServer(port: number): string {
  return `{ web: { server: http.createServer((_, response) => response.end(pid)), listen: { host: '${host}', port: ${port} } } }`
}

/** Asks an HTTP server. */
export async function answer(
  port: number,
  agent: http.Agent | false = false,
): Promise<{ body: string; connection?: string }> {
  const [response] = (await once(http.get({ host, port, agent }), 'response')) as [http.IncomingMessage]
  return { body: await text(response), connection: String(response.headers.connection) }
}
