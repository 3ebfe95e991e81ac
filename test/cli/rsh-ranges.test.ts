import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expandRange, foldHosts, splitList } from '../../lib/cli/rsh/ranges.js'
import { thrownBy } from '../support.js'

function expandList(list: string): string[] {
  return splitList(list).flatMap(expandRange)
}

describe('expandRange', () => {
  test.each([
    ['db', ['db']],
    ['n[1-3]', ['n1', 'n2', 'n3']],
    ['n[1-3,5,08-12]-ib', ['n1-ib', 'n2-ib', 'n3-ib', 'n5-ib', 'n08-ib', 'n09-ib', 'n10-ib', 'n11-ib', 'n12-ib']],
    ['r[1-2]n[09-10]', ['r1n09', 'r1n10', 'r2n09', 'r2n10']],
    ['10.0.[0-1].[1-2]', ['10.0.0.1', '10.0.0.2', '10.0.1.1', '10.0.1.2']],
    ['n[7]', ['n7']],
    ['fe80::1%eth0', ['fe80::1%eth0']],
    ['gate:1514', ['gate:1514']],
  ])('%s', (range, hosts) => {
    expect(expandRange(range)).toEqual(hosts)
  })

  test.each([
    ['n[3-1]', /backwards/],
    ['n[a-c]', /without numbers/],
    ['n[]', /without numbers/],
    ['n[1-2', /other half/],
    ['n1]', /other half/],
    ['-x', /--exclude/],
    ['n\u001b[31m', /bracket/],
    ['n\u0007', /no name/],
    ['two words', /no name/],
    ['n[1-9999999]', /more than/],
    ['n[1-9999]m[1-9999]', /more than/],
    ['n[1-99999999999999999]', /without numbers/],
  ])('refuses %j', (range, why) => {
    expect(thrownBy(() => expandRange(range))).toMatchObject({ code: 'commander.invalidArgument', message: why })
  })

  test('takes no time over a range that is too long', () => {
    expect(() => expandRange(`n${'[1-999]'.repeat(50)}`)).toThrow()
  })
})

describe('splitList', () => {
  test('splits at the commas outside brackets', () => {
    expect(splitList('a[1,3-4]b[5,6], c ,,d')).toEqual(['a[1,3-4]b[5,6]', 'c', 'd'])
  })
})

const label = fc.stringMatching(/^[a-z]{1,4}[0-9]{0,3}[a-z]{0,2}$/)
const host = fc.oneof(
  fc.tuple(label, fc.constantFrom('', '.net', '.7.org')).map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom('10.0.0.', '10.0.1.'), fc.integer({ min: 0, max: 30 })).map((parts) => parts.join('')),
)

describe('foldHosts', () => {
  test.each([
    ['n1 n2 n3', 'n[1-3]'],
    ['n08 n09 n10 n12', 'n[08-10,12]'],
    ['db n2 n1 n1', 'db,n[1-2]'],
    ['n1.a.org n2.a.org n1.b.org', 'n[1-2].a.org,n1.b.org'],
    ['10.0.0.9 10.0.0.10 10.0.1.9', '10.0.0.[9-10],10.0.1.9'],
    ['n1 n01', 'n[1,01]'],
  ])('%s', (hosts, folded) => {
    expect(foldHosts(hosts.split(' '))).toBe(folded)
  })

  test('gives ranges of exactly the hosts', () => {
    fc.assert(
      fc.property(fc.array(host, { maxLength: 40 }), (hosts) => {
        expect(expandList(foldHosts(hosts)).sort()).toEqual([...new Set(hosts)].sort())
      }),
    )
  })
})
