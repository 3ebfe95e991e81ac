import { readFileSync } from 'node:fs'
import { formatIPv4, formatIPv6 } from '../ipaddress.js'
import { tcpStateName } from '../options/tcpinfo.js'
import type { InternetEntry } from './entry.js'

const tables = { ipv4: '/proc/thread-self/net/raw', ipv6: '/proc/thread-self/net/raw6' }

/** Reads an address, words in hexadecimal, and the number behind it. */
function readEnd(text: string): { address: string; number: number } {
  const [hex = '', number = ''] = text.split(':')
  const words = Uint32Array.from(hex.match(/.{8}/g) ?? [], (word) => Number.parseInt(word, 16))
  const bytes = new Uint8Array(words.buffer)
  return { address: bytes.length === 4 ? formatIPv4(bytes) : formatIPv6(bytes), number: Number.parseInt(number, 16) }
}

function readLine(line: string, family: InternetEntry['family']): InternetEntry {
  const [, local = '', remote = '', state = '', queues = '', , , uid, , inode] = line.trim().split(/\s+/)
  const [sendQueue, receiveQueue] = queues.split(':').map((hex) => Number.parseInt(hex, 16))
  const { address, number } = readEnd(local)
  return {
    protocol: 'raw',
    family,
    state: tcpStateName(Number.parseInt(state, 16)) === 'ESTABLISHED' ? 'ESTABLISHED' : 'UNCONN',
    localAddress: address,
    localPort: 0,
    remoteAddress: readEnd(remote).address,
    remotePort: 0,
    uid: Number(uid),
    inode: Number(inode),
    cookie: undefined,
    timer: undefined,
    timerMs: undefined,
    retransmits: 0,
    receiveQueue,
    sendQueue,
    ipProtocol: number,
  }
}

/**
 * The raw sockets of a family as /proc tells them, for kernels without raw_diag: it knows no cookie, interface, mark or
 * memory. Without /proc, or without the family, there are none.
 */
export function rawTable(family: InternetEntry['family']): InternetEntry[] {
  let text: string
  try {
    text = readFileSync(tables[family], 'utf8')
  } catch {
    return []
  }
  return text
    .split('\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => readLine(line, family))
}
