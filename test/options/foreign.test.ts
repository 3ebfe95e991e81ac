import net from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  connect,
  getOption,
  type Level,
  listen,
  type OptionInput,
  options,
  type Platform,
  type ReadableOption,
  setOption,
  setOptions,
  type WritableOption,
} from '../../lib/index.js'
import { openDescriptors, rejectionOf, thrownBy } from '../support.js'
import { entryOf, isLinux, namesWhere, openSocket } from './kinds.js'

const foreign = namesWhere((entry) => !isLinux(entry))

afterEach(() => {
  vi.unstubAllGlobals()
})

function countBy<Key>(keyOf: (name: (typeof foreign)[number]) => Key): Map<Key, number> {
  const counts = new Map<Key, number>()
  for (const name of foreign) counts.set(keyOf(name), (counts.get(keyOf(name)) ?? 0) + 1)
  return counts
}

describe('the options that Linux lacks', () => {
  test('are 153, of these levels', () => {
    const levels: [Level, number][] = [
      ['SOL_SOCKET', 47],
      ['IPPROTO_TCP', 47],
      ['IPPROTO_IP', 23],
      ['IPPROTO_IPV6', 9],
      ['IPPROTO_UDP', 5],
      ['SOL_LOCAL', 8],
      ['WSAIoctl', 14],
    ]
    expect(countBy((name) => entryOf(name).level)).toEqual(new Map(levels))
  })

  test('are each of another system, and not here', () => {
    for (const name of foreign) {
      const systems = Object.keys(entryOf(name).number) as Platform[]
      expect(systems.length).toBeGreaterThan(0)
      expect(systems).not.toContain('linux')
      expect(options.get(name)?.available).toBe(false)
    }
  })

  test('have a number of their own on their system and level', () => {
    const keys = [...options].flatMap(([name, { level, number }]) =>
      Object.entries(number).map(([system, value]) => ({ key: `${system} ${level} ${value}`, name })),
    )
    const names = new Map<string, string[]>()
    for (const { key, name } of keys) names.set(key, [...(names.get(key) ?? []), name])
    const shared = [...names].filter(([key, [, ...more]]) => more.length > 0 && !key.startsWith('linux'))
    // Two names of one option each.
    expect(shared.map(([, pair]) => pair).sort()).toEqual([
      ['IPV6_ADD_MEMBERSHIP', 'IPV6_JOIN_GROUP'],
      ['IPV6_DROP_MEMBERSHIP', 'IPV6_LEAVE_GROUP'],
      ['IPV6_RECVORIGDSTADDR', 'IPV6_ORIGDSTADDR'],
      ['IP_RECVORIGDSTADDR', 'IP_ORIGDSTADDR'],
      ['IP_RECVTOS', 'IP_RECVTCLASS'],
      ['SO_PROTOCOL', 'SO_PROTOTYPE'],
      ['TCP_KEEPIDLE', 'TCP_KEEPALIVE'],
    ])
  })
})

describe.each(foreign)('%s', (name) => {
  const refusal = { code: 'ERR_SOCKCTL_UNSUPPORTED', option: name }

  test('is not supported, through whichever call', async () => {
    using socket = openSocket('tcp')
    const descriptors = openDescriptors()
    const values = { [name]: true }
    expect(thrownBy(() => getOption(socket, name as ReadableOption))).toMatchObject(refusal)
    expect(thrownBy(() => setOption(socket, name as WritableOption, true as OptionInput))).toMatchObject(refusal)
    expect(thrownBy(() => setOptions(socket, values))).toMatchObject(refusal)
    const server = net.createServer()
    const to = { host: '127.0.0.1', port: 9 }
    expect(await rejectionOf(listen(server, { host: '127.0.0.1', options: values }))).toMatchObject(refusal)
    expect(await rejectionOf(connect({ ...to, options: values }))).toMatchObject(refusal)
    expect(server.listening).toBe(false)
    expect(openDescriptors()).toBe(descriptors)
  })
})

describe('a control code of WSAIoctl()', () => {
  const codes = foreign.filter((name) => entryOf(name).level === 'WSAIoctl')

  test.each(['win32', 'linux', 'darwin', 'freebsd'])('is no option on %s either, and the error says why', (system) => {
    vi.stubGlobal('process', { ...process, platform: system })
    for (const name of codes) {
      const error = thrownBy(() => getOption(3, name as ReadableOption))
      expect(error).toMatchObject({ code: 'ERR_SOCKCTL_UNSUPPORTED', option: name })
      expect(error.message).toMatch(/WSAIoctl/)
    }
  })
})
