import { invalidArgValue } from '../errors.js'
import { validateObject } from '../validate.js'
import { type Harm, harmOf } from './harm.js'
import { type Encoded, optionError, type Row, rowOf } from './row.js'
import { refuseLate } from './state.js'
import { table } from './table/index.js'
import { noteValues, restoreValues } from './undo.js'

/** A checked change of one option, not made yet. */
export interface Change {
  readonly row: Row
  readonly value: Encoded
  /** The value as the caller gave it. */
  readonly given: unknown
  /** What it would do to the event loop of a socket of Node's, where that is harm. */
  readonly harm: Harm | undefined
}

/** Checks a name and a value, without a system call. */
function prepareChange(name: unknown, value: unknown): Change {
  const row = rowOf(name)
  if (!row.writable) throw invalidArgValue('name', name, 'must be a writable option')
  const encoded = row.encode(value)
  return { row, value: encoded, given: value, harm: harmOf(row, encoded) }
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
 * Refuses changes that would make the event loop wait, or spin.
 *
 * @param onDatagrams whether it is a datagram socket
 * @throws `ERR_INVALID_ARG_VALUE`
 */
export function refuseHarm(
  changes: readonly Pick<Change, 'row' | 'given' | 'harm'>[],
  onDatagrams: () => boolean,
): void {
  const harmful = changes.find(({ harm }) => harm && (!harm.onDatagrams || onDatagrams()))
  if (harmful?.harm) throw invalidArgValue(harmful.row.name, harmful.given, harmful.harm.reason)
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
