import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import net from 'node:net'
import { promisify } from 'node:util'
import type { SystemError } from '../lib/errors.js'
import { BareSocket } from '../lib/index.js'

/** Whether the tests run as root, which some of them need. */
export const isRoot = process.getuid?.() === 0

/** The user and group of `nobody`. */
export const nobody = 65534

/** The address of the built package, for programs that run in a process of their own. */
export const built = new URL('../dist/', import.meta.url).href

/** Runs a function that must throw, and gives what it threw. */
export function thrownBy(run: () => unknown): SystemError {
  try {
    run()
  } catch (error) {
    return error as SystemError
  }
  throw new Error('nothing was thrown')
}

/** Waits for a promise that must be rejected, and gives the reason. */
export async function rejectionOf(promise: Promise<unknown>): Promise<SystemError> {
  const outcome = await promise.then(
    () => undefined,
    (reason: unknown) => ({ reason }),
  )
  if (!outcome) throw new Error('nothing was rejected')
  return outcome.reason as SystemError
}

/** The descriptors that this process has open. */
export function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length
}

/** How many timers keep this process running; those of the test runner come and go. */
export function timerCount(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

/**
 * A port that nothing is left of, not even connections in TIME_WAIT of an earlier test: bound without SO_REUSEADDR, which
 * Node always sets.
 */
export function unusedPort(host = '127.0.0.1'): number {
  using socket = new BareSocket(net.isIPv6(host) ? 'ipv6' : 'ipv4')
  socket.bind({ address: host, port: 0 })
  return (socket.address() as net.AddressInfo).port
}

/** A stock listening server on loopback, and its port. */
export async function stockServer(
  onConnection: (socket: net.Socket) => void,
  host = '127.0.0.1',
): Promise<{ server: net.Server; port: number }> {
  const server = net.createServer(onConnection).listen(unusedPort(host), host)
  await once(server, 'listening')
  return { server, port: (server.address() as net.AddressInfo).port }
}

/** The two ends of a TCP connection over loopback, both stock. */
export async function connectedPair(
  options: net.ServerOpts = {},
): Promise<{ client: net.Socket; accepted: net.Socket; server: net.Server }> {
  const server = net.createServer(options).listen(unusedPort(), '127.0.0.1')
  await once(server, 'listening')
  const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1')
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [[net.Socket], []]
  return { client, accepted, server }
}

/** Waits until a socket or server is closed, whatever error goes before. */
export function closed(emitter: net.Socket | net.Server): Promise<void> {
  emitter.on('error', () => {})
  return new Promise((resolve) => emitter.once('close', () => resolve()))
}

/**
 * Runs an ES module's text in a Node.js process of its own, with the package's root as `sockctl` and `sockctl/diag` as
 * `diag`, and gives the JSON that it printed with `report(value)`.
 *
 * @param uid the user that the process becomes once everything is loaded
 */
export async function inProcess<Report>(program: string, uid?: number): Promise<Report> {
  const text = `
    import * as sockctl from '${built}index.js'
    import * as diag from '${built}diag.js'
    const report = (value) => process.stdout.write(JSON.stringify(value))
    ${uid === undefined ? '' : `process.setgroups([]); process.setgid(${uid}); process.setuid(${uid});`}
    ${program}`
  // A process that hangs must not outlive the test.
  const child = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', text], { timeout: 60_000 })
  const { stdout } = await child
  return JSON.parse(stdout) as Report
}
