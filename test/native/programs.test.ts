import { describe, expect, test } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { native } from '../../lib/native.js'
import { families, types } from '../../lib/platform.js'

const solSocket = 1
const attachFilter = 26
/** An instruction of eight bytes that lets a packet through whole. */
const accept = Uint8Array.of(6, 0, 0, 0, 255, 255, 255, 255)

function repeated(count: number): Uint8Array {
  const bytes = new Uint8Array(count * accept.length)
  for (let index = 0; index < count; index++) bytes.set(accept, index * accept.length)
  return bytes
}

/** Runs a function on a UDP socket, which anybody may filter. */
function withSocket(run: (fd: number) => void): void {
  const fd = native.socket(families.ipv4, types.datagram, 0)
  run(fd)
  native.close(fd)
}

describe('setProgram', () => {
  test('attaches a filter, which getsockopt gives back', () => {
    withSocket((fd) => {
      expect(native.setProgram(fd, solSocket, attachFilter, repeated(3))).toBe(0)
      const read = new Uint8Array(64)
      expect(native.getsockopt(fd, solSocket, attachFilter, read)).toBe(24)
      expect(read.subarray(0, 24)).toEqual(repeated(3))
      expect(read.subarray(24)).toEqual(new Uint8Array(40))
    })
  })

  test.each([0, 1, 7, 9, 15, 8 * 65_536])('returns EINVAL for %s bytes', (length) => {
    withSocket((fd) => {
      expect(native.setProgram(fd, solSocket, attachFilter, new Uint8Array(length))).toBe(errnoOf('EINVAL'))
    })
  })

  test('reads instructions from any place in memory', () => {
    const memory = new Uint8Array(64)
    memory.set(accept, 13)
    withSocket((fd) => {
      expect(native.setProgram(fd, solSocket, attachFilter, memory.subarray(13, 21))).toBe(0)
    })
  })

  test('returns the error of an option that takes no program', () => {
    withSocket((fd) => expect(native.setProgram(fd, solSocket, 9999, accept)).toBe(errnoOf('ENOPROTOOPT')))
  })
})

// The kernel counts instructions where it is given a length, and would write eight bytes for each byte of room.
describe('a filter that is larger than the room for it', () => {
  test('is not written past the end', () => {
    withSocket((fd) => {
      native.setProgram(fd, solSocket, attachFilter, repeated(100))
      const memory = new Uint8Array(4096)
      for (const room of [0, 4, 7, 8, 16, 100, 128, 799]) {
        const result = native.getsockopt(fd, solSocket, attachFilter, memory.subarray(0, room))
        expect(result).toBe(errnoOf('EINVAL'))
      }
      expect(memory).toEqual(new Uint8Array(4096))
    })
  })

  test('is not read as an integer', () => {
    withSocket((fd) => {
      expect(native.setProgram(fd, solSocket, attachFilter, repeated(1000))).toBe(0)
      expect(native.getInt(fd, solSocket, attachFilter)).toBe(errnoOf('EINVAL'))
    })
  })
})
