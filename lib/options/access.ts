import { invalidArgValue } from '../errors.js'
import { fdOf, isNodeSocket, type SocketLike } from '../handle.js'
import { optional, validateBoolean, validateObject } from '../validate.js'
import { applyChanges, prepareChanges, refuseHarm } from './change.js'
import { harmOf } from './harm.js'
import { optionError, rowOf } from './row.js'
import { isDatagram, refuseLate } from './state.js'
import type { table } from './table/index.js'
import type { InputOf, OutputOf } from './values.js'

/** The name of an option in the table. */
export type OptionName = keyof typeof table

/** The type of value that reading each option gives. */
export type OptionValues = {
  -readonly [Name in keyof typeof table as (typeof table)[Name]['access'] extends 'wo' ? never : Name]: OutputOf<
    (typeof table)[Name]
  >
}

/** Options with their values, as `setOptions`, `listen` and `connect` take them. */
export type SocketOptions = {
  -readonly [Name in keyof typeof table as (typeof table)[Name]['access'] extends 'ro' ? never : Name]?:
    | InputOf<(typeof table)[Name]>
    | undefined
}

/** The name of an option that can be read. */
export type ReadableOption = keyof OptionValues
/** The name of an option that can be set. */
export type WritableOption = keyof SocketOptions
/** The value that reading an option gives. */
export type OptionValue<Name extends ReadableOption = ReadableOption> = OptionValues[Name]
/** The value that setting an option takes. */
export type OptionInput<Name extends WritableOption = WritableOption> = Exclude<SocketOptions[Name], undefined>

/** How to set options. */
export interface SetOptions {
  /**
   * Set on a socket of Node's what harms its event loop all the same: an SO_LINGER with a time, with which close() stops
   * it until the data is out or the time is up, or what fills the error queue, which makes it spin: an SO_TIMESTAMPING
   * of what is sent, or IP_RECVERR and IPV6_RECVERR on a datagram socket.
   *
   * @default false
   */
  force?: boolean
}

function checkHow(how: unknown): void {
  validateObject(how, 'how')
  optional(how.force, 'how.force', validateBoolean)
}

/** Whether harm to an event loop is allowed: the socket is none of Node's, or the caller said so. */
function mayHarm(target: SocketLike, how: SetOptions | undefined): boolean {
  return how?.force === true || !isNodeSocket(target)
}

/**
 * Reads a socket option.
 *
 * @param target the socket: a descriptor, a `BareSocket`, or an open socket or server of Node's
 * @param name the option's C name
 * @returns the value, in the form and unit that the option reference gives
 * @throws `ERR_SOCKCTL_UNSUPPORTED` where the system or this kind of socket lacks the option; a system error of
 * `getsockopt` otherwise (EBADF, ENOTSOCK, ENOTCONN ...)
 * @see getsockopt(2)
 */
export function getOption<Name extends ReadableOption>(target: SocketLike, name: Name): OptionValue<Name> {
  const row = rowOf(name)
  if (!row.readable) throw invalidArgValue('name', name, 'must be a readable option')
  return row.get(fdOf(target)) as OptionValue<Name>
}

/**
 * Sets a socket option.
 *
 * @param target the socket: a descriptor, a `BareSocket`, or an open socket or server of Node's
 * @param name the option's C name
 * @param value the value, in the form and unit that the option reference gives
 * @param how `force` allows on a socket of Node's what harms its event loop
 * @throws `ERR_SOCKCTL_TOO_LATE` where the option would do nothing in the state that the socket is in;
 * `ERR_SOCKCTL_UNSUPPORTED` where the system or this kind of socket lacks it; a system error of `setsockopt` otherwise
 * (EACCES, EPERM, EBADF, ENOTSOCK ...)
 * @see setsockopt(2)
 */
export function setOption<Name extends WritableOption>(
  target: SocketLike,
  name: Name,
  value: OptionInput<Name>,
  how?: SetOptions,
): void {
  const row = rowOf(name)
  if (!row.writable) throw invalidArgValue('name', name, 'must be a writable option')
  if (how !== undefined) checkHow(how)
  const encoded = row.encode(value)
  const fd = fdOf(target)
  if (row.careful) {
    if (!mayHarm(target, how)) refuseHarm([{ row, given: value, harm: harmOf(row, encoded) }], () => isDatagram(fd))
    refuseLate(fd, name, row.entry)
  }
  const errno = row.set(fd, encoded)
  if (errno < 0) throw optionError(errno, 'setsockopt', name)
}

/**
 * Sets several options, in the order of the table. All values are checked before the first system call, and when the
 * system refuses one, those that were set before it get their old values back; the error names the option. What cannot
 * be read (a multicast membership) cannot be put back, nor what the system never undoes (SO_LOCK_FILTER, IPV6_ADDRFORM),
 * nor without CAP_NET_RAW the interface that the socket was tied to (SO_BINDTODEVICE, SO_BINDTOIFINDEX); a buffer gets its
 * automatic growth back from Linux 5.15 on.
 *
 * @throws as `setOption`
 */
export function setOptions(target: SocketLike, values: SocketOptions, how?: SetOptions): void {
  const changes = prepareChanges(values, 'values')
  if (how !== undefined) checkHow(how)
  const fd = fdOf(target)
  if (!mayHarm(target, how)) refuseHarm(changes, () => isDatagram(fd))
  applyChanges(fd, changes)
}
