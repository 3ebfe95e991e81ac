import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { errnoOf } from '../../lib/errors.js'
import { memory, native } from '../../lib/native.js'
import { families, types } from '../../lib/platform.js'
import { encodeAddress } from '../../lib/sockaddr.js'
import { built, openDescriptors } from '../support.js'
import { descriptorLinks, openSocket } from './frame.js'

let sender: number
let receiver: number
let sent: number
let links: string[]

beforeEach(() => {
  links = descriptorLinks()
  sender = native.socket(families.unix, types.datagram, 0)
  receiver = native.socket(families.unix, types.datagram, 0)
  const address = encodeAddress('unix', { path: `\0sockctl-rights-${process.pid}-${receiver}` })
  expect(native.bind(receiver, address)).toBe(0)
  expect(native.connect(sender, address)).toBe(0)
  sent = openSocket()
})

afterEach(() => {
  for (const fd of [sender, receiver, sent]) native.close(fd)
  expect(descriptorLinks()).toEqual(links)
})

const letter = Uint8Array.of(1, 2, 3)

function bytesOf(fds: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(fds).buffer)
}

/** Receives a message with room for some descriptors; gives the result and what came. */
function receive(room: number): { length: number; fds: number[] } {
  const fds = new Int32Array(room)
  const length = native.receiveDescriptors(receiver, new Uint8Array(8), new Uint8Array(fds.buffer))
  return { length, fds: length < 0 ? [] : [...fds.subarray(0, memory[0])] }
}

function inodeOf(fd: number): string | undefined {
  return /ino:\s+(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1]
}

describe('sendDescriptors and receiveDescriptors', () => {
  test.each([1, 2, 253])('pass %i descriptors with a message, owned and close-on-exec', (count) => {
    expect(native.sendDescriptors(sender, letter, bytesOf(Array(count).fill(sent)))).toBe(3)
    const { length, fds } = receive(253)
    expect(length).toBe(3)
    expect(fds).toHaveLength(count)
    expect(new Set(fds.map(inodeOf))).toEqual(new Set([inodeOf(sent)]))
    expect(readFileSync(`/proc/self/fdinfo/${fds[0]}`, 'utf8')).toMatch(/flags:\s+02\d+/)
    for (const fd of fds) expect(native.close(fd)).toBe(0)
  })

  test('pass a message without any', () => {
    expect(native.sendDescriptors(sender, letter, new Uint8Array(0))).toBe(3)
    expect(receive(4)).toEqual({ length: 3, fds: [] })
  })

  test.each([
    ['more than the kernel lets a message carry', () => bytesOf(Array(254).fill(sent)), 'EINVAL'],
    ['bytes that are no whole numbers', () => new Uint8Array(3), 'EINVAL'],
    ['a descriptor that is not open', () => bytesOf([sent, 9999]), 'EBADF'],
  ])('send nothing for %s', (_, make, code) => {
    expect(native.sendDescriptors(sender, letter, make())).toBe(errnoOf(code))
    expect(receive(4).length).toBe(errnoOf('EAGAIN'))
  })

  test('close all where there is no room for all', () => {
    const before = openDescriptors()
    native.sendDescriptors(sender, letter, bytesOf([sent, sent, sent]))
    expect(receive(2).length).toBe(errnoOf('EMSGSIZE'))
    expect(openDescriptors()).toBe(before)
  })

  test('close all where the process may not open as many', () => {
    const program = `
      import { readdirSync } from 'node:fs'
      import { native } from '${built}native.js'
      const address = new Uint8Array(Buffer.from('\\x01\\0\\0sockctl-rights-' + process.pid))
      const [sender, receiver] = [native.socket(1, 2, 0), native.socket(1, 2, 0)]
      native.bind(receiver, address)
      native.connect(sender, address)
      const fds = Int32Array.from({ length: 50 }, () => sender)
      native.sendDescriptors(sender, new Uint8Array(1), new Uint8Array(fds.buffer))
      while (native.dup(sender) >= 0);
      for (let fd = sender; fd < 40; fd++) if (fd !== sender && fd !== receiver) native.close(fd)
      const open = () => readdirSync('/proc/self/fd').length
      const before = open()
      const result = native.receiveDescriptors(receiver, new Uint8Array(1), new Uint8Array(1024))
      console.log(JSON.stringify([result, open() - before]))`
    const shell = ['-c', 'ulimit -n 64 && exec "$@"', 'sh', process.execPath, '--input-type=module', '--eval', program]
    expect(JSON.parse(execFileSync('sh', shell, { encoding: 'utf8' }))).toEqual([errnoOf('EMFILE'), 0])
  })

  test('do not wait', () => {
    expect(receive(1).length).toBe(errnoOf('EAGAIN'))
    let result = 0
    while (result >= 0) result = native.sendDescriptors(sender, letter, new Uint8Array(0))
    expect(result).toBe(errnoOf('EAGAIN'))
  })
})

describe('replace', () => {
  test('makes an owned descriptor stand for another, close-on-exec and non-blocking', () => {
    const other = openSocket()
    expect(native.replace(sent, other)).toBe(0)
    expect(inodeOf(sent)).toBe(inodeOf(other))
    expect(readFileSync(`/proc/self/fdinfo/${sent}`, 'utf8')).toMatch(/flags:\s+02004\d+/)
    expect(native.close(other)).toBe(0)
    expect(native.getInt(sent, 1, 2)).toBe(0)
  })

  test('leaves alone what is not owned', () => {
    expect(native.replace(0, sent)).toBe(errnoOf('EBADF'))
    expect(native.replace(sent, 9999)).toBe(errnoOf('EBADF'))
    expect(native.getInt(sent, 1, 2)).toBe(0)
  })
})
