import { types } from 'node:util'
import { invalidArgType, systemError } from '../errors.js'
import { fdOf, type SocketLike } from '../handle.js'
import { native } from '../native.js'
import { maxInt32, validateInteger } from '../validate.js'

const largestValue = 65536

function validateKey(level: unknown, name: unknown): void {
  validateInteger(level, 'level', 0, maxInt32)
  validateInteger(name, 'name', 0, maxInt32)
}

/**
 * Reads any option by its numbers, in the table or not.
 *
 * @param level the protocol level's number, as the system has it (`SOL_SOCKET` is 1 on Linux)
 * @param name the option's number
 * @param length the bytes to make room for, 0 to 65536 @default 4
 * @returns the bytes that the kernel wrote, in its own byte order
 * @throws a system error of `getsockopt`: ENOPROTOOPT or ENOTSUP for an option that does not exist
 * @see getsockopt(2)
 */
export function getRawOption(target: SocketLike, level: number, name: number, length = 4): Buffer {
  validateKey(level, name)
  validateInteger(length, 'length', 0, largestValue)
  const value = Buffer.alloc(length)
  const result = native.getsockopt(fdOf(target), level, name, value)
  if (result < 0) throw systemError(result, 'getsockopt', { option: `${level}/${name}` })
  return value.subarray(0, result)
}

/**
 * Sets any option by its numbers, in the table or not. Nothing is checked but the types: the kernel is asked.
 *
 * @param level the protocol level's number, as the system has it
 * @param name the option's number
 * @param value a 32-bit integer, signed or unsigned, or bytes in the kernel's own order
 * @throws a system error of `setsockopt`
 * @see setsockopt(2)
 */
export function setRawOption(target: SocketLike, level: number, name: number, value: number | Uint8Array): void {
  validateKey(level, name)
  const isBytes = types.isUint8Array(value)
  if (typeof value === 'number') validateInteger(value, 'value', -maxInt32 - 1, 2 ** 32 - 1)
  else if (!isBytes) throw invalidArgType('value', 'a number, Buffer or Uint8Array', value)
  const fd = fdOf(target)
  const errno = isBytes ? native.setsockopt(fd, level, name, value) : native.setInt(fd, level, name, value | 0)
  if (errno < 0) throw systemError(errno, 'setsockopt', { option: `${level}/${name}` })
}
