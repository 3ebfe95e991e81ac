import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { closed, isRoot } from '../support.js'

/**
 * The command line of a shell script in mount and process namespaces of its own: nobody else sees what it mounts, and
 * what it leaves running ends with it.
 */
export function privately(script: string, argument: string): readonly [string, ...string[]] {
  return ['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', '-ec', script, argument]
}

/** Whether a shell script succeeds in mount, network and process namespaces of its own, which take root. */
export function canRun(script: string): boolean {
  return isRoot && spawnSync('unshare', ['--mount', '--net', '--pid', '--fork', 'sh', '-ec', script]).status === 0
}

/** A server on loopback, unless told otherwise, that runs a program for each connection, as inetd(8) does. */
export interface Superserver {
  readonly port: number
  /** The source port of each connection, in order. */
  readonly sourcePorts: readonly number[]
  /** Ends the server and what it started. */
  close(): Promise<void>
}

// What a run with sanitizers loads into Node.js is not for the servers.
const env = { ...process.env, LD_PRELOAD: '' }

/** Starts a superserver whose program has the connection as its stdin, stdout and stderr. */
export async function superserver(
  [file, ...args]: readonly [string, ...string[]],
  host = '127.0.0.1',
): Promise<Superserver> {
  const sourcePorts: number[] = []
  const children = new Set<ChildProcess>()
  const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
    sourcePorts.push(socket.remotePort as number)
    const child = spawn(file, args, { stdio: [socket, socket, socket], env })
    children.add(child)
    child.once('exit', () => children.delete(child))
    // The connection ends with the program only if nobody else holds it.
    socket.destroy()
  })
  server.listen(0, host)
  await once(server, 'listening')
  const close = async () => {
    const ended = [closed(server), ...[...children].map((child) => once(child, 'exit'))]
    server.close()
    for (const child of children) child.kill('SIGKILL')
    await Promise.all(ended)
  }
  return { port: (server.address() as net.AddressInfo).port, sourcePorts, close }
}

/** Reads a connection to its end, be that a FIN or a reset. */
export async function received(socket: net.Socket): Promise<string> {
  let text = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  await closed(socket)
  return text
}
