import { optional, validateBoolean, validateInteger, validateObject } from '../../validate.js'
import { decodeFields, encodeWords, validateWord } from './fields.js'

/** The kinds of TCP's header options (RFC 9293, 7323, 2018). */
const optionKinds = { maxSegment: 2, windowScale: 3, selectiveAcks: 4, timestamps: 8 } as const
const largestScale = 14

/** TCP_REPAIR_OPTIONS: what the two ends of a connection agreed on in their SYNs. What is left out stays as it is. */
export interface RepairOptions {
  /** The largest segment that the peer takes, in bytes. */
  maxSegment?: number
  /** The powers of 2, 0 to 14, by which the windows of the peer and of this end are multiplied. */
  windowScale?: { send: number; receive: number }
  /** Whether selective acknowledgements are in use. */
  selectiveAcks?: boolean
  /** Whether timestamps are in use. */
  timestamps?: boolean
}

function validateScales(value: unknown, name: string): asserts value is { send: number; receive: number } {
  validateObject(value, name)
  validateInteger(value.send, `${name}.send`, 0, largestScale)
  validateInteger(value.receive, `${name}.receive`, 0, largestScale)
}

/** Makes an array of struct tcp_repair_opt: kind, value. */
export function encodeRepairOptions(value: unknown, name: string): Uint8Array {
  validateObject(value, name)
  const { maxSegment, windowScale, selectiveAcks, timestamps } = value
  optional(maxSegment, `${name}.maxSegment`, (size, field) => validateInteger(size, field, 0, 65535))
  optional(windowScale, `${name}.windowScale`, validateScales)
  optional(selectiveAcks, `${name}.selectiveAcks`, validateBoolean)
  optional(timestamps, `${name}.timestamps`, validateBoolean)
  const scales = windowScale as RepairOptions['windowScale']
  return encodeWords([
    ...(maxSegment === undefined ? [] : [optionKinds.maxSegment, maxSegment as number]),
    ...(scales ? [optionKinds.windowScale, scales.receive * 65536 + scales.send] : []),
    ...(selectiveAcks ? [optionKinds.selectiveAcks, 0] : []),
    ...(timestamps ? [optionKinds.timestamps, 0] : []),
  ])
}

/** In the order of the structure. */
const windowFields = ['updateSequence', 'sendWindow', 'maxWindow', 'receiveWindow', 'receiveWindowUpdate'] as const

/** TCP_REPAIR_WINDOW: the windows of a connection, in bytes and sequence numbers. */
export interface RepairWindow {
  /** The sequence number of the segment that last changed the send window (SND.WL1). */
  updateSequence: number
  /** The window that the peer offers. */
  sendWindow: number
  /** The largest that it ever offered. */
  maxWindow: number
  /** The window that this end offers. */
  receiveWindow: number
  /** The sequence number from which that counts. */
  receiveWindowUpdate: number
}

/** The bytes of struct tcp_repair_window. */
export const repairWindowSize = 4 * windowFields.length

/** Reads struct tcp_repair_window. */
export function decodeRepairWindow(bytes: Uint8Array): RepairWindow {
  return decodeFields(windowFields, bytes)
}

/** Makes struct tcp_repair_window. */
export function encodeRepairWindow(value: unknown, name: string): Uint8Array {
  validateObject(value, name)
  const words = windowFields.map((field) => {
    const word = value[field]
    validateWord(word, `${name}.${field}`)
    return word
  })
  return encodeWords(words)
}
