import { native } from '../native.js'
import { bytes as bytesCodec } from './codecs/plain.js'
import type { ValueType } from './entry.js'
import { programCapacity } from './program.js'
import { type Row, rowOf } from './row.js'

/** Of the first four the one set last holds, and of all whose name ends in _NEW and those whose does not. */
const stamps = [
  'SO_TIMESTAMP',
  'SO_TIMESTAMPNS',
  'SO_TIMESTAMP_NEW',
  'SO_TIMESTAMPNS_NEW',
  'SO_TIMESTAMPING',
  'SO_TIMESTAMPING_NEW',
]

/** What else the kernel changes when it takes an option. */
const disturbs: Readonly<Record<string, readonly string[]>> = {
  IP_TOS: ['SO_PRIORITY'],
  ...Object.fromEntries(stamps.map((name) => [name, stamps])),
  SO_RCVBUF: ['SO_BUF_LOCK'],
  SO_SNDBUF: ['SO_BUF_LOCK'],
  SO_RCVBUFFORCE: ['SO_RCVBUF', 'SO_BUF_LOCK'],
  SO_SNDBUFFORCE: ['SO_SNDBUF', 'SO_BUF_LOCK'],
  // A TCP buffer grows to hold what is waited for, and a connection announces as much.
  SO_RCVLOWAT: ['SO_RCVBUF', 'SO_BUF_LOCK', 'TCP_WINDOW_CLAMP'],
  // In repair a port can be shared, and afterwards no more.
  TCP_REPAIR: ['SO_REUSEADDR'],
}

/** The option that sets a buffer beyond the system's limit, for a value that got there that way. */
const forced: Readonly<Record<string, string>> = { SO_RCVBUF: 'SO_RCVBUFFORCE', SO_SNDBUF: 'SO_SNDBUFFORCE' }

/** What to set to get back to a value that was read, where that is another: the kernel doubles buffers that it is given. */
const wayBack: Readonly<Record<string, (read: number) => number>> = {
  SO_RCVBUF: (read) => read / 2,
  SO_SNDBUF: (read) => read / 2,
  // 536 is what the kernel tells while no size was set.
  TCP_MAXSEG: (read) => (read === 536 ? 0 : read),
}

/** The value of an option before a change. */
interface Note {
  readonly row: Row
  readonly value: Uint8Array
}

/** The room for values that can be longer than all others: the kernel cuts what it has no room for. */
const rooms: Readonly<Partial<Record<ValueType, number>>> = {
  sock_fprog: programCapacity,
  bytes: bytesCodec.capacity,
}
const usualRoom = 256

function read(fd: number, { level, number, entry }: Row): Uint8Array | undefined {
  const bytes = new Uint8Array(rooms[entry.type] ?? usualRoom)
  const length = native.getsockopt(fd, level, number, bytes)
  return length < 0 ? undefined : bytes.slice(0, length)
}

/** Notes the values that setting some options can change, as far as they can be read. */
export function noteValues(fd: number, rows: readonly Row[]): Note[] {
  const disturbed = rows.flatMap(({ name }) => disturbs[name] ?? [])
  const all = new Set([...rows, ...disturbed.map((name) => rowOf(name))])
  return [...all]
    .filter(({ entry }) => entry.access === 'rw')
    .map((row) => ({ row, value: read(fd, row) }))
    .filter((note): note is Note => note.value !== undefined)
}

function isAsNoted(fd: number, { row, value }: Note): boolean {
  const now = read(fd, row)
  return now !== undefined && Buffer.compare(now, value) === 0
}

/** Attaches the filter that there was, or takes the new one away. */
function putBackFilter(fd: number, { row, value }: Note): void {
  if (value.length > 0) row.set(fd, value)
  else rowOf('SO_DETACH_FILTER').set(fd, 0)
}

function putBack(fd: number, { row, value }: Note): void {
  const back = wayBack[row.name]
  const words = new Int32Array(value.slice().buffer, 0, Math.floor(value.length / 4))
  const encoded = back ? new Uint8Array(Int32Array.from(words, back).buffer) : value
  native.setsockopt(fd, row.level, row.number, encoded)
  const force = forced[row.name]
  if (force === undefined || isAsNoted(fd, { row, value })) return
  const { level, number } = rowOf(force)
  native.setsockopt(fd, level, number, encoded)
}

/** Puts back what is not as it was noted. Twice, since one option can disturb another that was put back before it. */
export function restoreValues(fd: number, notes: readonly Note[]): void {
  for (const note of [...notes, ...notes]) {
    if (isAsNoted(fd, note)) continue
    if (note.row.entry.type === 'sock_fprog') putBackFilter(fd, note)
    else putBack(fd, note)
  }
}
