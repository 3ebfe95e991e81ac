import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { wrapped } from '../../lib/cli/fit.js'
import { bound, remnant, served } from '../diag/situations.js'
import { useOwnNetwork } from '../sockets/network.js'
import { isRoot } from '../support.js'
import { inTerminal } from './terminal.js'

useOwnNetwork()

const columns = 60

/** The lines that a command writes to a terminal, without their colours. */
function linesOf(args: string, width = columns): string[] {
  return stripVTControlCharacters(inTerminal(args, {}, width))
    .trimEnd()
    .split('\r\n')
}

/** Those that are wider than the terminal. */
function wide(lines: readonly string[], width = columns): string[] {
  return lines.filter((line) => stringWidth(line) > width)
}

describe('in a narrow terminal', () => {
  test('sockctl ls fits, with characters that take two columns', async () => {
    const name = `${'漢字'.repeat(12)}${process.pid}`
    await served({ path: `\0${name}` })
    const lines = linesOf('ls --unix 漢字')
    expect(lines.join('').replaceAll(' ', '')).toContain(name)
    expect(wide(lines)).toEqual([])
  })

  test('sockctl ls -p loses no port in 60 columns', async () => {
    const ports = [(await served({ port: 0, host: '127.0.0.1' })).port, bound({ address: '127.0.0.1' }).port]
    const lines = linesOf('ls --tcp -p')
    for (const port of ports) expect(lines.join('\n')).toMatch(new RegExp(`\\b${port}\\b`))
    expect(wide(lines)).toEqual([])
  })

  test('sockctl why --budget tells all of its reasons', () => {
    const lines = linesOf('why --budget')
    const table = lines.slice(lines.indexOf('') + 1, lines.lastIndexOf(''))
    expect(table.join(' ').replace(/\s+/g, ' ')).toContain('shares them with other destinations')
    expect(table.join()).not.toContain('…')
    expect(wide(table)).toEqual([])
  })

  test('sockctl ls -p fits into 40 columns, and takes no more than it needs of 200', async () => {
    await remnant('client')
    for (const width of [40, 200]) expect(wide(linesOf('ls --tcp -p', width), width)).toEqual([])
    expect(linesOf('ls --tcp -p', 200).join()).not.toContain('…')
  })

  test('sockctl options and the table of sockctl audit fit', () => {
    bound({ address: '127.0.0.1' })
    const [options, audit] = [linesOf('options --all'), linesOf('audit')]
    expect(options.length).toBeGreaterThan(100)
    expect(wide(options)).toEqual([])
    expect(audit[0]).toMatch(/^risk/)
    expect(wide(audit.slice(0, Math.max(audit.indexOf(''), 2)))).toEqual([])
  })

  test.skipIf(!isRoot)('sockctl inspect --all fits (needs root)', () => {
    const { socket } = bound({ address: '127.0.0.1' })
    const lines = linesOf(`inspect ${process.pid}:${socket.fd} --all`)
    expect(lines.length).toBeGreaterThan(20)
    expect(wide(lines)).toEqual([])
  })

  test.each(['free', 'why', 'rsh'])('the help of sockctl %s fits into 80 columns', (name) => {
    expect(wide(linesOf(`${name} --help`, 80), 80)).toEqual([])
  })

  test('sockctl watch --text fits, remnants included', async () => {
    await remnant('client')
    const lines = linesOf('watch --text --samples 2')
    expect(lines.find((line) => line.startsWith('TIME_WAIT'))).toMatch(/first gone in.*…$/)
    expect(wide(lines)).toEqual([])
  })
})

describe('wrapped', () => {
  test.each([
    ['127.0.0.1:8080', 14, ['127.0.0.1:8080']],
    ['127.0.0.1:8080', 13, ['127.0.0.1:', '8080']],
    ['a long reason, and more', 9, ['a long', 'reason,', 'and more']],
    ['/run/some/folder', 9, ['/run/', 'some/', 'folder']],
    ['IP_BIND_ADDRESS_NO_PORT', 13, ['IP_BIND_', 'ADDRESS_NO_', 'PORT']],
    ['nothingtobreakat', 7, ['nothing', 'tobreak', 'at']],
    ['  a name', 6, ['  a', 'name']],
    ['漢字漢', 3, ['漢', '字', '漢']],
    ['漢a', 1, ['…', 'a']],
    ['abcdefghijkl', 1, ['a', 'b', 'c', 'd', 'e', '…']],
    ['aaa bbb ccc ddd eee fff ggg', 3, ['aaa', 'bbb', 'ccc', 'ddd', 'eee', 'ff…']],
  ])('%s in %d columns', (text, width, lines) => {
    expect(wrapped(text, width)).toEqual(lines)
  })
})
