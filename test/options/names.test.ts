import { describe, expect, test } from 'vitest'
import { getOption, type OptionName, options, type ReadableOption, setOption } from '../../lib/index.js'
import { namedCodec } from '../../lib/options/codecs/named.js'
import { isRoot, thrownBy } from '../support.js'
import { entryOf, isHere, openSocket, sysctl } from './kinds.js'

const services = [
  ['CS0', 0],
  ['CS1', 32],
  ['AF11', 40],
  ['AF41', 136],
  ['EF', 184],
  ['VA', 176],
  ['LE', 4],
  ['lowdelay', 16],
  ['throughput', 8],
  ['reliability', 4],
] as const

describe('a class of service', () => {
  test.each(services)('%s is the byte %i, on IPv4 and IPv6', (service, byte) => {
    using socket = openSocket('udp6')
    setOption(socket, 'IP_TOS', 255)
    setOption(socket, 'IP_TOS', service)
    setOption(socket, 'IPV6_TCLASS', service)
    expect([getOption(socket, 'IP_TOS'), getOption(socket, 'IPV6_TCLASS')]).toEqual([byte, byte])
  })

  test('reads as a number, which has the bits of ECN', () => {
    using socket = openSocket('udp')
    setOption(socket, 'IP_TOS', 0xb8 + 2)
    expect(getOption(socket, 'IP_TOS')).toBe(186)
  })

  test.each(['ef', 'AF44', '', '184', 'toString'])('is none of the name %j', (value) => {
    using socket = openSocket('udp')
    const error = thrownBy(() => setOption(socket, 'IP_TOS', value as 'EF'))
    expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
    expect(getOption(socket, 'IP_TOS')).toBe(0)
  })
})

describe('an option with names', () => {
  const named = [...options].filter(([, { names }]) => names !== undefined).map(([name]) => name)

  test('is each of these', () => {
    const known: OptionName[] = ['IP_MTU_DISCOVER', 'IPV6_MTU_DISCOVER', 'SO_BUF_LOCK', 'TCP_REPAIR', 'UDP_ENCAP']
    expect(named).toEqual(expect.arrayContaining(known))
  })

  test.each(named)('has the type for them: %s', (name) => {
    expect(entryOf(name).type).toBe('enum')
  })

  test.each(['IP_MTU_DISCOVER', 'IPV6_MTU_DISCOVER'] as const)('takes a name and its number alike: %s', (name) => {
    using socket = openSocket('udp6')
    const words = ['dont', 'want', 'do', 'probe', 'interface', 'omit'] as const
    for (const [number, word] of words.entries()) {
      setOption(socket, name, number)
      expect(getOption(socket, name)).toBe(word)
      setOption(socket, name, 0)
      setOption(socket, name, word)
      expect(getOption(socket, name)).toBe(word)
    }
  })

  test.each(['always', '', 'Do', 'unset', 'constructor'])('does not take %j', (value) => {
    using socket = openSocket('udp')
    const error = thrownBy(() => setOption(socket, 'IP_MTU_DISCOVER', value as 'do'))
    expect(error).toHaveProperty('code', 'ERR_INVALID_ARG_VALUE')
  })

  test('reads as a number where the number has no name', () => {
    const codec = namedCodec({ one: 1, two: { linux: 2, win32: 7 }, three: { win32: 3 } })
    expect([0, 1, 2, 3, 7].map((int) => codec.fromInt(int))).toEqual([0, 'one', 'two', 3, 7])
    expect(codec.toInt('two', 'name', 0, 9)).toBe(2)
    expect(() => codec.toInt('three', 'name', 0, 9)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }))
  })

  test.skipIf(!isRoot)(`leaves repair with and without a word${isRoot ? '' : ' (needs root)'}`, () => {
    using socket = openSocket('tcp')
    for (const value of ['silent', 'off', -1, 0] as const) {
      setOption(socket, 'TCP_REPAIR', 'on')
      expect(getOption(socket, 'TCP_REPAIR')).toBe('on')
      setOption(socket, 'TCP_REPAIR', value)
      expect(getOption(socket, 'TCP_REPAIR')).toBe('off')
    }
  })

  test.skipIf(!isHere('SO_BUF_LOCK'))('says which buffers were given a size', () => {
    using socket = openSocket('tcp')
    const read = () => getOption(socket, 'SO_BUF_LOCK' satisfies ReadableOption)
    expect(read()).toBe('none')
    setOption(socket, 'SO_SNDBUF', sysctl('net/core/wmem_default') / 2)
    expect(read()).toBe('send')
    setOption(socket, 'SO_RCVBUF', sysctl('net/core/rmem_default') / 2)
    expect(read()).toBe('both')
    setOption(socket, 'SO_BUF_LOCK', 'none')
    expect(read()).toBe('none')
  })
})
