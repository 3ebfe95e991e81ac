import type { SocketMemory, SocketState, UnixEntry } from '../entry.js'
import { deviceNumber } from '../file.js'
import { directionOf, eachAttribute, readMemory } from './attributes.js'
import type { Reader } from './channel.js'
import { readPair, type View } from './view.js'

/** struct unix_diag_msg of linux/unix_diag.h: where its fields are. */
const at = { type: 1, state: 2, inode: 4, cookie: 8 }
const size = 16

const states: Readonly<Record<number, SocketState>> = { 1: 'ESTABLISHED', 7: 'UNCONN', 10: 'LISTEN' }
const socketTypes: Readonly<Record<number, UnixEntry['type']>> = { 1: 'stream', 2: 'datagram', 5: 'seqpacket' }

/** What the attributes of a unix_diag_msg say. */
interface Attributes {
  path?: string
  fileInode?: number | undefined
  fileDevice?: number
  peerInode?: number | undefined
  pending?: number[]
  received?: number | undefined
  sent?: number | undefined
  memory?: SocketMemory | undefined
  shutdown?: number | undefined
  uid?: number | undefined
}

function readPath({ bytes }: View, from: number, to: number): string {
  const text = Buffer.from(bytes.subarray(from, to))
  const end = text[0] === 0 ? -1 : text.indexOf(0)
  return text.toString('utf8', 0, end === -1 ? text.length : end)
}

/** The kernel's number of a device as stat(2) tells it. */
function deviceOf(number: number): number {
  return deviceNumber(number >>> 20, number & 0xfffff)
}

type AttributeReader = (found: Attributes, view: View, from: number, to: number) => void

// By the numbers of the attributes, UNIX_DIAG_NAME and so on.
const readers: readonly AttributeReader[] = [
  (found, view, from, to) => {
    found.path = readPath(view, from, to)
  },
  (found, { words }, from) => {
    found.fileInode = words[from >> 2]
    found.fileDevice = deviceOf(words[(from >> 2) + 1] as number)
  },
  (found, { words }, from) => {
    found.peerInode = words[from >> 2]
  },
  (found, { words }, from, to) => {
    found.pending = [...words.subarray(from >> 2, to >> 2)]
  },
  (found, { words }, from) => {
    found.received = words[from >> 2]
    found.sent = words[(from >> 2) + 1]
  },
  (found, view, from, to) => {
    found.memory = readMemory(view, from, to)
  },
  (found, { bytes }, from) => {
    found.shutdown = bytes[from]
  },
  (found, { words }, from) => {
    found.uid = words[from >> 2]
  },
]

function readAttributes(view: View, start: number, end: number): Attributes {
  const found: Attributes = {}
  eachAttribute(view, start, end, (type, from, to) => readers[type]?.(found, view, from, to))
  return found
}

/** Reads a unix_diag_msg with its attributes. */
export const readUnix: Reader<UnixEntry> = (view, start, end) => {
  if (end - start < size) return undefined
  const type = socketTypes[view.bytes[start + at.type] as number]
  const state = states[view.bytes[start + at.state] as number]
  if (type === undefined || state === undefined) return undefined
  const found = readAttributes(view, start + size, end)
  const listens = state === 'LISTEN'
  return {
    protocol: 'unix',
    family: 'unix',
    type,
    state,
    path: found.path,
    uid: found.uid,
    inode: view.words[(start + at.inode) >> 2] as number,
    cookie: readPair(view, start + at.cookie),
    peerInode: found.peerInode || undefined,
    fileInode: found.fileInode,
    fileDevice: found.fileDevice,
    receiveQueue: listens ? undefined : found.received,
    sendQueue: listens ? undefined : found.sent,
    acceptQueue: listens ? found.received : undefined,
    backlog: listens ? found.sent : undefined,
    pending: listens ? (found.pending ?? []) : undefined,
    shutdown: directionOf(found.shutdown),
    memory: found.memory,
  }
}
