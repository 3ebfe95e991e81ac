import { endianness } from 'node:os'
import { invalidArgType } from '../errors.js'
import { decodeAddress } from '../sockaddr.js'
import { validateOneOf } from '../validate.js'
import { viewOf } from './codecs/fields.js'
import type { BytesCodec } from './codecs/form.js'
import { encodeGroup, encodeSource, groupSize, levelOfGroup } from './groups.js'
import { encodeInAddr, type Membership } from './membership.js'
import { writeOnly } from './oneway.js'

/** Which sources of a multicast group a socket receives (RFC 3678). */
export interface SourceFilter extends Membership {
  /** Whether the sources are those that it receives, or those that it does not. */
  mode: 'include' | 'exclude'
  /** The addresses of the sources. */
  sources: readonly string[]
}

const little = endianness() === 'LE'
const modes = ['exclude', 'include'] as const
const storageSize = 128
const headSize = groupSize + 8

function validateSources(value: unknown, name: string): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw invalidArgType(name, 'an array of IP addresses', value)
}

/** Writes the mode and the number of sources, and each source in a slot of its own behind them. */
function writeSources(bytes: Uint8Array, at: number, { mode, sources }: SourceFilter, slots: readonly Uint8Array[]) {
  const view = new DataView(bytes.buffer)
  view.setUint32(at, modes.indexOf(mode), little)
  view.setUint32(at + 4, sources.length, little)
  const slot = (bytes.length - at - 8) / Math.max(sources.length, 1)
  for (const [index, source] of slots.entries()) bytes.set(source, at + 8 + index * slot)
}

/** Checks what both structures hold, and gives the number of sources. */
function validateFilter(value: unknown, name: string): asserts value is SourceFilter {
  const { mode, sources } = value as Partial<SourceFilter>
  validateOneOf(mode, `${name}.mode`, modes)
  validateSources(sources, `${name}.sources`)
}

/** The bytes that ask for the filter of a group, with room for a number of sources. */
export function requestFilter(membership: unknown, name: string, room: number): Buffer {
  const bytes = Buffer.from(encodeGroup(membership, name, headSize + room * storageSize).buffer)
  new DataView(bytes.buffer).setUint32(groupSize + 4, room, little)
  return bytes
}

/** Reads the answer to such a request, and how many sources there are, which can be more than there was room for. */
export function decodeFilter(bytes: Buffer): Pick<SourceFilter, 'mode' | 'sources'> & { count: number } {
  const view = viewOf(bytes)
  const count = view.getUint32(groupSize + 4, little)
  const room = Math.floor((bytes.length - headSize) / storageSize)
  const sources = Array.from({ length: Math.min(count, room) }, (_, index) => {
    const start = headSize + index * storageSize
    return decodeAddress(bytes.subarray(start, start + storageSize)).address as string
  })
  return { mode: modes[view.getUint32(groupSize, little)] as SourceFilter['mode'], sources, count }
}

/** struct group_filter: interface's index, group, mode, number of sources, sources. */
export const groupFilter: BytesCodec = {
  capacity: 0,
  levelOf: levelOfGroup,
  decode: writeOnly,
  encode(value, name) {
    const head = encodeGroup(value, name, headSize)
    validateFilter(value, name)
    const { group, sources } = value
    const slots = Array.from(sources, (source, index) => encodeSource(source, group, `${name}.sources[${index}]`))
    const bytes = new Uint8Array(headSize + slots.length * storageSize)
    bytes.set(head)
    writeSources(bytes, groupSize, value, slots)
    return bytes
  },
}

/** struct ip_msfilter: group, interface's address, mode, number of sources, sources. */
export const ipFilter: BytesCodec = {
  capacity: 0,
  decode: writeOnly,
  encode(value, name) {
    encodeGroup({ ...(value as object), interface: undefined }, name, groupSize)
    validateFilter(value, name)
    const { group, interface: address = '0.0.0.0', sources } = value
    const slots = Array.from(sources, (source, index) => encodeInAddr(source, `${name}.sources[${index}]`))
    const bytes = new Uint8Array(16 + slots.length * 4)
    bytes.set(encodeInAddr(group, `${name}.group`))
    bytes.set(encodeInAddr(address, `${name}.interface`), 4)
    writeSources(bytes, 8, value, slots)
    return bytes
  },
}
