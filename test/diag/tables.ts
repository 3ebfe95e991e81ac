import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InternetEntry, SocketEntry, UnixEntry } from '../../lib/diag.js'

const ssStates: Readonly<Record<string, string>> = { ESTAB: 'ESTABLISHED' }

/** An address and a port as `ss` prints them; `*` for any address is its word for both families at once. */
function ssEnd(text: string): string {
  const colon = text.lastIndexOf(':')
  const port = text.slice(colon + 1)
  const address = text
    .slice(0, colon)
    .replace(/^\[|\]$/g, '')
    .replace('*', '::')
  return `${address} ${port === '*' ? 0 : port}`
}

/** What `ss` prints. Its output goes to a file: a pipe would be two more Unix sockets. */
export function runSs(folder: string, options: string): string[][] {
  const file = join(folder, `ss${options}`)
  const fd = openSync(file, 'w')
  const { status } = spawnSync('ss', [options], { stdio: ['ignore', fd, 'ignore'] })
  closeSync(fd)
  if (status !== 0) throw new Error(`ss ${options} failed`)
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trim().split(/\s+/))
}

/** A line of `ss -tuanHe`, in the form of `ssLine`. */
export function ssInternet([protocol, state = '', received, sent, local = '', remote = '', ...rest]: string[]): string {
  const named = (name: string) => rest.find((word) => word.startsWith(`${name}:`))?.slice(name.length + 1)
  const name = ssStates[state] ?? state.replaceAll('-', '_')
  const [uid, inode, cookie] = [named('uid') ?? 0, named('ino') ?? 0, named('sk')]
  return `${protocol} ${name} ${received} ${sent} ${ssEnd(local)} ${ssEnd(remote)} ${uid} ${inode} ${cookie}`
}

/** What `ss` tells of a socket, from an entry. */
export function ssLine(entry: InternetEntry): string {
  const { protocol, state, localAddress, localPort, remoteAddress, remotePort, uid = 0, inode, cookie } = entry
  const queues = `${entry.acceptQueue ?? entry.receiveQueue ?? 0} ${entry.backlog ?? entry.sendQueue ?? 0}`
  const ends = `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`
  return `${protocol} ${state} ${queues} ${ends} ${uid} ${inode} ${cookie?.toString(16)}`
}

/** A line of `ss -xanH`, and the same from an entry. */
export function ssUnix([type, state = '', received, sent, path = '', inode, , peer]: string[]): string {
  return `${type} ${ssStates[state] ?? state} ${received} ${sent} ${path.replace(/^@/, '\0')} ${inode} ${peer}`
}

const ssTypes = { stream: 'u_str', datagram: 'u_dgr', seqpacket: 'u_seq' }

export function ssUnixLine(entry: UnixEntry): string {
  const queues = `${entry.acceptQueue ?? entry.receiveQueue} ${entry.backlog ?? entry.sendQueue}`
  return `${ssTypes[entry.type]} ${entry.state} ${queues} ${entry.path ?? '*'} ${entry.inode} ${entry.peerInode ?? 0}`
}

/** The lines of a table in /proc/net of this thread, as words. */
function procLines(table: string): string[][] {
  return readFileSync(`/proc/thread-self/net/${table}`, 'utf8')
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => line.trim().split(/\s+/))
}

const hexStates = ['', 'ESTABLISHED', 'SYN_SENT', 'SYN_RECV', 'FIN_WAIT_1', 'FIN_WAIT_2', 'TIME_WAIT', 'UNCONN'].concat(
  ['CLOSE_WAIT', 'LAST_ACK', 'LISTEN', 'CLOSING', 'SYN_RECV'],
)

/** The address of a table's line as the words of the kernel's memory. */
function procAddress(address: string): string {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number).reverse()).toString('hex').toUpperCase()
  const known: Readonly<Record<string, string>> = { '::': '0'.repeat(32), '::1': `${'0'.repeat(24)}01000000` }
  return known[address] ?? address
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0')
}

/** The sockets of a table such as `tcp6`: addresses, state, inode. */
export function procInternet(table: string): string[] {
  return procLines(table).map(([, local, remote, state = '', , , , , , inode]) => {
    return `${local} ${remote} ${hexStates[Number.parseInt(state, 16)]} ${inode}`
  })
}

/** The same from an entry. A raw socket has its protocol where others have the port. */
export function procLine(entry: InternetEntry): string {
  const local = `${procAddress(entry.localAddress)}:${hexPort(entry.ipProtocol ?? entry.localPort)}`
  const remote = `${procAddress(entry.remoteAddress)}:${hexPort(entry.remotePort)}`
  return `${local} ${remote} ${entry.state} ${entry.inode}`
}

/** The sockets of /proc/net/unix: type, inode, path. */
export function procUnix(): string[] {
  return procLines('unix').map(
    ([, , , , type, , inode, path = '']) => `${Number(type)} ${inode} ${path.replace(/^@/, '\0')}`,
  )
}

const typeNumbers = { stream: 1, datagram: 2, seqpacket: 5 }

export function procUnixLine(entry: UnixEntry): string {
  return `${typeNumbers[entry.type]} ${entry.inode} ${entry.path ?? ''}`
}

export function isInternet(entry: SocketEntry): entry is InternetEntry {
  return entry.protocol !== 'unix'
}
