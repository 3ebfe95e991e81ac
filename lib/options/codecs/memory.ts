import { decodeFields } from './fields.js'

const names = [
  'receiveAllocated',
  'receiveBuffer',
  'sendAllocated',
  'sendBuffer',
  'forwardAllocated',
  'sendQueued',
  'optionMemory',
  'backlog',
  'drops',
] as const

/** SO_MEMINFO: the memory of a socket, in bytes. */
export interface MemoryInfo {
  /** What received data that waits holds. */
  receiveAllocated: number
  /** The limit of that, as SO_RCVBUF reads. */
  receiveBuffer: number
  /** What data holds that was handed to the layers below. */
  sendAllocated: number
  /** The limit of what is to be sent, as SO_SNDBUF reads. */
  sendBuffer: number
  /** What is set aside and not in use. */
  forwardAllocated: number
  /** What data to be sent holds, all in all. */
  sendQueued: number
  /** What filters, memberships and the like hold. */
  optionMemory: number
  /** What packets hold that came while the socket was in use. */
  backlog: number
  /** Packets dropped. */
  drops: number
}

/** The bytes that SO_MEMINFO takes. */
export const memoryInfoSize = 4 * names.length

/** Reads the counters of SO_MEMINFO. */
export function decodeMemoryInfo(bytes: Uint8Array): MemoryInfo {
  return decodeFields(names, bytes)
}
