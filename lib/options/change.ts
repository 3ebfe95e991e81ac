import { invalidArgValue } from '../errors.js'
import { validateObject } from '../validate.js'
import { type Encoded, optionError, type Row, rowOf } from './row.js'
import { refuseLate } from './state.js'
import { table } from './table/index.js'
import { noteValues, restoreValues } from './undo.js'
import type { Linger } from './values.js'

/** A checked change of one option, not made yet. */
export interface Change {
  readonly row: Row
  readonly value: Encoded
  /** Whether it makes close() block until the data is out. */
  readonly blocks: boolean
}

/** Whether a checked value makes close() block until the data is out. */
export function blocks(row: Row, value: unknown): boolean {
  if (row.entry.type !== 'linger') return false
  const { on, seconds } = value as Linger
  return on && seconds > 0
}

/** Checks a name and a value, without a system call. */
function prepareChange(name: unknown, value: unknown): Change {
  const row = rowOf(name)
  if (!row.writable) throw invalidArgValue('name', name, 'must be a writable option')
  return { row, value: row.encode(value), blocks: blocks(row, value) }
}

/** Checks a set of options, without a system call, and puts them into the order of the table. */
export function prepareChanges(values: unknown, name = 'options'): Change[] {
  validateObject(values, name)
  const order = Object.keys(table)
  return Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([option, value]) => prepareChange(option, value))
    .sort((one, other) => order.indexOf(one.row.name) - order.indexOf(other.row.name))
}

/**
 * Refuses changes that would make the event loop wait in close().
 *
 * @throws `ERR_INVALID_ARG_VALUE`
 */
export function refuseBlocking(changes: readonly Pick<Change, 'row' | 'blocks'>[]): void {
  const blocking = changes.find((change) => change.blocks)
  if (!blocking) return
  const reason = 'would block the event loop when the socket closes; use 0 seconds, or setOption() with { force: true }'
  throw invalidArgValue(blocking.row.name, 'a lingering time', reason)
}

/** Makes one change. */
function applyChange(fd: number, { row, value }: Change): void {
  if (row.careful) refuseLate(fd, row.name, row.entry)
  const errno = row.set(fd, value)
  if (errno < 0) throw optionError(errno, 'setsockopt', row.name)
}

/** Makes all changes, or none: when one is refused, what the others changed is put back. */
export function applyChanges(fd: number, changes: readonly Change[]): void {
  if (changes.length === 0) return
  const notes = noteValues(
    fd,
    changes.map(({ row }) => row),
  )
  try {
    for (const change of changes) applyChange(fd, change)
  } catch (error) {
    restoreValues(fd, notes)
    throw error
  }
}
