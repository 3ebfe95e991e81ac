import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { canRun } from '../peers/superserver.js'
import { heldPorts, ownNamespace } from '../rsh/namespace.js'
import { rshServer, useServer, type Visit } from '../rsh/server.js'
import { command } from './command.js'
import { Screen } from './screen.js'

/** Prints after a while, or refuses, or does neither, by the last number of the address. */
function answer({ socket, request }: Visit): void {
  const last = Number(socket.localAddress?.split('.')[3])
  if (request.command === 'hang') return void socket.write('\0')
  setTimeout(
    () =>
      socket.resume().end(last % 10 === 0 ? '\u0001no\n' : `\0from ${last}${request.command === 'part' ? '' : '\n'}`),
    (last % 4) * 40,
  )
}

interface Shown {
  readonly code: number
  readonly written: string
}

const hasScript = canRun('command -v script')

describe.skipIf(!hasScript)('sockctl rsh on a terminal (needs root and script(1))', () => {
  ownNamespace()
  const server = useServer(() => rshServer(answer, '0.0.0.0'))

  /** Runs the command on a terminal, which has control-C typed once `isDue` says so. */
  async function show(columns: number, args: string, isDue?: () => boolean): Promise<Shown> {
    // Control-C reaches the shell too, which is to go on.
    const line = `trap : INT; stty cols ${columns}; before=$(stty -g)
      ${process.execPath} ${command} rsh --joined --port ${server().port} ${args}
      code=$?; [ "$before" = "$(stty -g)" ] && echo terminal as before; exit $code`
    const { NO_COLOR: _, ...env } = process.env
    const child = spawn('script', ['-qec', line, '/dev/null'], { env: { ...env, SHELL: '/bin/sh' } })
    const timer = setInterval(() => {
      if (!isDue?.()) return
      child.stdin.write('\u0003')
      clearInterval(timer)
    }, 20)
    const written = text(child.stdout)
    const [code] = await once(child, 'close')
    clearInterval(timer)
    return { code, written: await written }
  }

  test.each([40, 120])('keeps its bar on the last line of %i columns, and leaves none', async (columns) => {
    const { code, written } = await show(columns, "-f 32 -w '127.0.0.[1-64]' hi")
    const { lines, erased } = new Screen(columns, written)
    const wanted = Array.from({ length: 64 }, (_, index) => index + 1).map((last) =>
      last % 10 === 0 ? `sockctl: rsh 127.0.0.${last}: refused: no` : `127.0.0.${last}: from ${last}`,
    )
    const whole = lines.join('\n').replaceAll(/(?<=^.{40})\n/gm, columns === 40 ? '' : '\n')
    expect(whole.split('\n').sort()).toEqual([...wanted, 'terminal as before'].sort())
    const bars = erased.filter((line) => line !== '')
    expect(bars.length).toBeGreaterThan(1)
    for (const bar of bars) expect(bar).toMatch(/^[█░]{24} \d+ of 64/)
    expect(code).toBe(1)
    expect(heldPorts()).toEqual([])
  })

  test('leaves output alone that has no line end', async () => {
    const { written } = await show(80, "-N -w '127.0.0.[1-3]' part")
    expect(new Screen(80, written).lines.sort()).toEqual(['from 1', 'from 2', 'from 3', 'terminal as before'])
  })

  test('ends with 130 on control-C, and leaves the terminal and the ports as they were', async () => {
    const before = server().clientPorts.length
    const args = "-f 32 -w '127.0.0.[1-64]' hang"
    const { code, written } = await show(80, args, () => server().clientPorts.length >= before + 32)
    const { lines, erased } = new Screen(80, written.replace('^C', ''))
    expect(lines).toEqual(['sockctl: ended before it was done on 127.0.0.[1-64]', 'terminal as before'])
    expect(erased.join('')).toContain('0 of 64')
    expect(code).toBe(130)
    expect(heldPorts()).toEqual([])
  })
})
