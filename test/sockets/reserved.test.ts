import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BareSocket, bindReservedPort, type ReservedPortOptions, reservedPorts } from '../../lib/index.js'
import { reservedCandidates } from '../../lib/sockets/reserved.js'
import { thrownBy } from '../support.js'

function portsOf(options: ReservedPortOptions): number[] {
  return [...reservedCandidates(options)]
}

/** The whole numbers from one to another, both inclusive, upwards or downwards. */
function walk(from: number, to: number): number[] {
  const step = from <= to ? 1 : -1
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => from + index * step)
}

describe('reservedPorts', () => {
  test('rresvport goes from 1023 down to 512', () => {
    expect(portsOf(reservedPorts.rresvport)).toEqual(walk(1023, 512))
  })

  test('rresvport from another port wraps around', () => {
    const ports = portsOf({ ...reservedPorts.rresvport, start: 600 })
    expect(ports).toEqual([...walk(600, 512), ...walk(1023, 601)])
  })

  test('bindresvport goes from 600 + pid % 424 up, around to 600, then from 512 to 599', () => {
    const start = 600 + (process.pid % 424)
    const around = start === 600 ? [] : walk(600, start - 1)
    expect(portsOf(reservedPorts.bindresvport)).toEqual([...walk(start, 1023), ...around, ...walk(512, 599)])
  })

  test('lpd has 721 to 731, from any of them', () => {
    const starts = new Set<number | undefined>()
    for (let round = 0; round < 500; round++) {
      const ports = portsOf(reservedPorts.lpd)
      starts.add(ports[0])
      const [first = 0] = ports
      expect(ports).toEqual([...walk(first, 731), ...(first === 721 ? [] : walk(721, first - 1))])
    }
    expect([...starts].sort()).toEqual(walk(721, 731))
  })

  test('sunrpc goes from any port down to 665, and around', () => {
    const starts = new Set<number | undefined>()
    for (let round = 0; round < 100; round++) {
      const ports = portsOf(reservedPorts.sunrpc)
      const [first = 0] = ports
      starts.add(first)
      expect(ports).toEqual([...walk(first, 665), ...(first === 1023 ? [] : walk(1023, first + 1))])
    }
    expect(starts.size).toBeGreaterThan(30)
  })

  test('is what bindReservedPort takes', () => {
    expect(Object.keys(reservedPorts).sort()).toEqual(['bindresvport', 'lpd', 'rresvport', 'sunrpc'])
    for (const options of Object.values(reservedPorts) as ReservedPortOptions[]) {
      const socket = new BareSocket('ipv4')
      socket.close()
      // The options are good, since it is the socket that is complained of.
      expect(thrownBy(() => bindReservedPort(socket, options))).toHaveProperty('code', 'ERR_SOCKET_CLOSED')
    }
  })
})

/** Any options that are right. */
const anyOptions = fc
  .tuple(fc.integer({ min: 1, max: 1023 }), fc.integer({ min: 1, max: 1023 }))
  .map(([one, other]) => ({ low: Math.min(one, other), high: Math.max(one, other) }))
  .chain(({ low, high }) =>
    fc.record(
      {
        low: fc.constant(low),
        high: fc.constant(high),
        start: fc.oneof(fc.constant('random' as const), fc.integer({ min: low, max: high })),
        descending: fc.boolean(),
        reserve: fc.integer({ min: 1, max: low }),
        exclude: fc.array(fc.integer({ min: 0, max: 1100 }), { maxLength: 50 }),
      },
      { requiredKeys: ['low', 'high'] },
    ),
  )

describe('reservedCandidates', () => {
  test('gives each port of the range once, none that is excluded, and no other', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const { low, high, reserve = low, exclude = [] } = options
        const expected = walk(reserve, high).filter((port) => !exclude.includes(port))
        const ports = portsOf(options)
        expect(ports.toSorted((one, other) => one - other)).toEqual(expected)
      }),
      { numRuns: 1000 },
    )
  })

  test('starts at the start, goes the way it is told, and wraps at most once', () => {
    fc.assert(
      fc.property(anyOptions, ({ exclude: _, ...options }) => {
        const { low, high, start, descending } = options
        const main = portsOf(options).slice(0, high - low + 1)
        if (typeof start === 'number') expect(main[0]).toBe(start)
        const step = descending ? -1 : 1
        const jumps = main.filter((port, index) => index > 0 && port !== (main[index - 1] as number) + step)
        expect(jumps.length).toBeLessThanOrEqual(1)
        for (const port of jumps) expect(port).toBe(descending ? high : low)
      }),
      { numRuns: 1000 },
    )
  })

  test('takes the second range last and upwards', () => {
    fc.assert(
      fc.property(anyOptions, ({ exclude: _, ...options }) => {
        const { low, high, reserve = low } = options
        const expected = reserve === low ? [] : walk(reserve, low - 1)
        expect(portsOf(options).slice(high - low + 1)).toEqual(expected)
      }),
    )
  })

  test('takes 600 to 1023 and then 512 to 599 where nothing is said', () => {
    const ports = portsOf({})
    expect(ports.slice(0, 424).sort((one, other) => one - other)).toEqual(walk(600, 1023))
    expect(ports.slice(424)).toEqual(walk(512, 599))
  })

  test('takes an array or a Set of ports to leave alone', () => {
    expect(portsOf({ low: 1, high: 3, start: 1, exclude: new Set([2]) })).toEqual([1, 3])
    expect(portsOf({ low: 1, high: 3, start: 2, exclude: [1, 2, 3] })).toEqual([])
  })
})

describe('bindReservedPort', () => {
  test.each([
    ['null', null, 'ERR_INVALID_ARG_TYPE'],
    ['a number', 1023, 'ERR_INVALID_ARG_TYPE'],
    ['an array', [1023], 'ERR_INVALID_ARG_TYPE'],
    ['low 0', { low: 0 }, 'ERR_OUT_OF_RANGE'],
    ['low 1024', { low: 1024 }, 'ERR_OUT_OF_RANGE'],
    ['a fractional low', { low: 600.5 }, 'ERR_OUT_OF_RANGE'],
    ['a string for low', { low: '600' }, 'ERR_INVALID_ARG_TYPE'],
    ['high 1024', { high: 1024 }, 'ERR_OUT_OF_RANGE'],
    ['high below the default low', { high: 599 }, 'ERR_OUT_OF_RANGE'],
    ['high below low', { low: 700, high: 699 }, 'ERR_OUT_OF_RANGE'],
    ['NaN for high', { high: Number.NaN }, 'ERR_OUT_OF_RANGE'],
    ['a start below low', { low: 700, start: 699 }, 'ERR_OUT_OF_RANGE'],
    ['a start above high', { high: 700, start: 701 }, 'ERR_OUT_OF_RANGE'],
    ['a start at a word', { start: 'top' }, 'ERR_INVALID_ARG_TYPE'],
    ['a number for descending', { descending: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['null for descending', { descending: null }, 'ERR_INVALID_ARG_TYPE'],
    ['reserve 0', { reserve: 0 }, 'ERR_OUT_OF_RANGE'],
    ['a reserve above low', { low: 700, reserve: 701 }, 'ERR_OUT_OF_RANGE'],
    ['a number to exclude', { exclude: 600 }, 'ERR_INVALID_ARG_TYPE'],
    ['ports to exclude that can be read once', { exclude: [600].values() }, 'ERR_INVALID_ARG_TYPE'],
    ['a string to exclude', { exclude: '600' }, 'ERR_INVALID_ARG_TYPE'],
    ['null to exclude', { exclude: null }, 'ERR_INVALID_ARG_TYPE'],
    ['strings to exclude', { exclude: ['600'] }, 'ERR_INVALID_ARG_TYPE'],
    ['a port to exclude that is none', { exclude: [65_536] }, 'ERR_SOCKET_BAD_PORT'],
    ['a number for an address', { address: 1 }, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %s before it asks the system', (_, options, code) => {
    const socket = new BareSocket('ipv4')
    socket.close()
    expect(thrownBy(() => bindReservedPort(socket, options as ReservedPortOptions))).toHaveProperty('code', code)
  })
})
