import { maxInt32, optional, validateBoolean, validateObject } from '../../validate.js'
import { decodeWords, encodeWords, validateArray, validateWord } from './fields.js'
import { nameOf, numberOf } from './named.js'

const clocks = { realtime: 0, monotonic: 1, tai: 11 } as const
const deadlineBit = 1
const errorsBit = 2

/** SO_TXTIME: what the transmit times mean that come with sends as control messages. */
export interface TransmitTime {
  /** The clock that they are of; the etf queueing discipline wants `tai`, fq `monotonic`. */
  clock: keyof typeof clocks | number
  /** They are the latest times, and a packet may leave earlier. @default false */
  deadline?: boolean
  /** A packet that is dropped for its time is reported in the error queue. @default false */
  reportErrors?: boolean
}

/** Reads struct sock_txtime. */
export function decodeTransmitTime(bytes: Uint8Array): TransmitTime {
  const [clock = 0, flags = 0] = decodeWords(bytes)
  return {
    clock: nameOf(clocks, clock),
    deadline: (flags & deadlineBit) !== 0,
    reportErrors: (flags & errorsBit) !== 0,
  }
}

/** Makes struct sock_txtime. */
export function encodeTransmitTime(value: unknown, name: string): Uint8Array {
  validateObject(value, name)
  const { clock, deadline, reportErrors } = value
  const number = numberOf(clocks, clock, `${name}.clock`, 0, maxInt32)
  optional(deadline, `${name}.deadline`, validateBoolean)
  optional(reportErrors, `${name}.reportErrors`, validateBoolean)
  return encodeWords([number, (deadline ? deadlineBit : 0) | (reportErrors ? errorsBit : 0)])
}

/** A run of tokens that SCM_DEVMEM_DMABUF control messages brought. */
export interface DeviceMemoryTokens {
  /** The first token. */
  start: number
  /** How many there are. */
  count: number
}

/** Makes an array of struct dmabuf_token. */
export function encodeDeviceMemoryTokens(value: unknown, name: string): Uint8Array {
  validateArray(value, name)
  const words = value.flatMap((tokens, index) => {
    validateObject(tokens, `${name}[${index}]`)
    const { start, count } = tokens
    validateWord(start, `${name}[${index}].start`)
    validateWord(count, `${name}[${index}].count`)
    return [start, count]
  })
  return encodeWords(words)
}
