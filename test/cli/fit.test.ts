import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
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
    await served({ path: `\0${'漢字'.repeat(12)}${process.pid}` })
    const lines = linesOf('ls --unix 漢字')
    expect(lines.at(-1)).toMatch(/[漢字]…$/)
    expect(wide(lines)).toEqual([])
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

  test('sockctl watch --text fits, remnants included', async () => {
    await remnant('client')
    const lines = linesOf('watch --text --samples 2')
    expect(lines.find((line) => line.startsWith('TIME_WAIT'))).toMatch(/first gone in.*…$/)
    expect(wide(lines)).toEqual([])
  })
})
