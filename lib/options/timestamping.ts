import { endianness } from 'node:os'
import { invalidArgType } from '../errors.js'
import { maxInt32, validateInteger, validateObject, validateOneOf } from '../validate.js'
import { viewOf } from './codecs/fields.js'
import type { BytesCodec } from './codecs/form.js'

/** The flags of SO_TIMESTAMPING without their prefix, by bit. */
const flagNames = [
  'TX_HARDWARE',
  'TX_SOFTWARE',
  'RX_HARDWARE',
  'RX_SOFTWARE',
  'SOFTWARE',
  'SYS_HARDWARE',
  'RAW_HARDWARE',
  'OPT_ID',
  'TX_SCHED',
  'TX_ACK',
  'OPT_CMSG',
  'OPT_TSONLY',
  'OPT_STATS',
  'OPT_PKTINFO',
  'OPT_TX_SWHW',
  'BIND_PHC',
  'OPT_ID_TCP',
  'OPT_RX_FILTER',
  'TX_COMPLETION',
] as const

/** A flag of SO_TIMESTAMPING: SOF_TIMESTAMPING_ and this. */
export type TimestampingFlag = (typeof flagNames)[number]

/** What SO_TIMESTAMPING records and reports. */
export interface Timestamping {
  /** The flags; those that a newer kernel knows and sockctl does not are left out when they are read. */
  flags: readonly TimestampingFlag[]
  /** The index of the hardware clock that BIND_PHC ties the socket to. @default 0 */
  bindPhc?: number
}

const little = endianness() === 'LE'

/** struct so_timestamping: flags, clock. Before Linux 5.13 it is the flags alone. */
export const timestamping: BytesCodec = {
  capacity: 8,
  decode(bytes) {
    const view = viewOf(bytes)
    const bits = view.getInt32(0, little)
    const flags = flagNames.filter((_, bit) => (bits >> bit) & 1)
    return { flags, bindPhc: bytes.length < 8 ? 0 : view.getInt32(4, little) } satisfies Timestamping
  },
  encode(value, name) {
    validateObject(value, name)
    const { flags, bindPhc = 0 } = value
    if (!Array.isArray(flags)) throw invalidArgType(`${name}.flags`, 'an array of flags', flags)
    validateInteger(bindPhc, `${name}.bindPhc`, 0, maxInt32)
    let bits = 0
    for (const [index, flag] of flags.entries()) {
      validateOneOf(flag, `${name}.flags[${index}]`, flagNames)
      bits |= 1 << flagNames.indexOf(flag)
    }
    return new Uint8Array(Int32Array.of(bits, bindPhc).buffer)
  },
}
