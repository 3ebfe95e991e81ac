import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Lines } from '../../lib/cli/rsh/lines.js'
import { StatusFilter, withStatus } from '../../lib/cli/rsh/status.js'

/** Some bytes, cut anywhere. */
const cuts = fc.array(fc.string({ unit: fc.constantFrom('a', '\n', 'X', 'XXRETCODE:', '7') }), { maxLength: 20 })

describe('Lines', () => {
  test('prefixes each line, however it comes, and ends the last one', () => {
    fc.assert(
      fc.property(cuts, (pieces) => {
        const lines = new Lines('h: ')
        const got = Buffer.concat([...pieces.map((piece) => lines.push(Buffer.from(piece))), lines.end()]).toString()
        const whole = pieces.join('')
        const wanted = whole.split('\n').map((line) => `h: ${line}\n`)
        if (whole === '' || whole.endsWith('\n')) wanted.pop()
        expect(got).toBe(wanted.join(''))
      }),
    )
  })

  test('breaks a line that would fill the memory', () => {
    const lines = new Lines('h: ')
    const got = lines.push(Buffer.alloc(70_000, 'x')).toString()
    expect(got).toBe(`h: ${'x'.repeat(70_000)}\n`)
    expect(lines.end()).toHaveLength(0)
  })
})

describe('StatusFilter', () => {
  test('takes the status off, and passes everything else at once where it can', () => {
    fc.assert(
      fc.property(cuts, fc.nat(255), fc.nat(14), (pieces, status, cut) => {
        const filter = new StatusFilter()
        const mark = `XXRETCODE:${status}\n`
        const got = [...pieces, mark.slice(0, cut), mark.slice(cut)].map((piece) => filter.push(Buffer.from(piece)))
        expect(filter.end()).toEqual({ status, rest: Buffer.alloc(0) })
        expect(Buffer.concat(got).toString()).toBe(pieces.join(''))
      }),
    )
  })

  test('holds nothing back that cannot be the status', () => {
    expect(new StatusFilter().push(Buffer.from('a line\n')).toString()).toBe('a line\n')
  })

  test('gives back what only looked like it', () => {
    const filter = new StatusFilter()
    filter.push(Buffer.from('XXRET'))
    expect(filter.end()).toEqual({ rest: Buffer.from('XXRET') })
  })
})

describe('withStatus', () => {
  test('leaves a comment, or an exit, where it is', () => {
    expect(withStatus('exit 3 # why')).toBe('(exit 3 # why\n)\necho XXRETCODE:$?')
  })
})
