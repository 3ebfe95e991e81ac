import { execFile } from 'node:child_process'
import type net from 'node:net'
import { describe, expect, test } from 'vitest'
import { command as sockctl } from '../cli/command.js'
import { ownNamespace } from '../rsh/namespace.js'
import { backTo, rawServer, useServer } from '../rsh/server.js'
import { canRun } from './superserver.js'

// pdsh glues a last line that has no end to the next host's, so that there is none here.
const hosts = '127.0.0.[1-12]'

/** What the hosts print, by the last number of their address. */
const outputs: Record<number, string> = {
  1: '',
  2: 'one line\n',
  3: 'a: b: c\n',
  4: '\n\n',
  5: 'b\u0001\u00ff\u0080\u001b[1m\tc\r\n',
  6: `${'long '.repeat(1000)}\n`,
  7: 'one line\n',
  8: 'one line\nand another\n',
}

function outputAt(address: string): Buffer {
  const text = outputs[Number(address.split('.')[3])] ?? 'the rest\n'
  return Buffer.from(text, 'latin1')
}

/** Prints what is wanted of the address that it was reached at. pdsh sends the rest only once it is connected back to. */
function serve(socket: net.Socket): void {
  let text = ''
  let errors: Promise<net.Socket> | undefined
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    const words = text.split('\0')
    if (words.length > 1) errors ??= backTo(socket, Number(words[0]))()
    if (words.length === 5) void errors?.then((back) => answer(socket, back))
  })
}

function answer(socket: net.Socket, errors: net.Socket): void {
  socket.write('\0')
  socket.end(outputAt(socket.localAddress as string))
  errors.end()
}

/** Runs a shell script and gives what it wrote to stdout, byte for byte. */
function shell(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { encoding: 'latin1', maxBuffer: 2 ** 26, env: { ...process.env, LD_PRELOAD: '' } } as const
    const child = execFile('bash', ['-c', script], options, (error, stdout) =>
      error ? reject(error) : resolve(stdout),
    )
    child.stdin?.end()
  })
}

function sorted(text: string): string[] {
  return text.split('\n').sort()
}

/** The groups of a listing: what each set of hosts printed. */
function groupsOf(text: string): Record<string, string> {
  const parts = text.split(/^-{16}\n(.*)\n-{16}\n/m).slice(1)
  return Object.fromEntries(
    parts.flatMap((part, index) => (index % 2 === 0 ? [[part, parts[index + 1] as string]] : [])),
  )
}

const isThere = canRun('command -v pdsh && command -v dshbak')

describe.skipIf(!isThere)('sockctl rsh, beside pdsh (needs root, pdsh and dshbak)', () => {
  ownNamespace()
  // pdsh knows no other port.
  useServer(() => rawServer(serve, '0.0.0.0', 514))
  // What a run with sanitizers loads into Node.js is for it alone.
  const ours = `LD_PRELOAD='${process.env.LD_PRELOAD ?? ''}' ${process.execPath} ${sockctl} rsh`

  test('prints the same lines with the same prefixes', async () => {
    const [theirs, own] = [await shell(`pdsh -R rsh -w '${hosts}' x`), await shell(`${ours} -w '${hosts}' x`)]
    expect(sorted(own)).toEqual(sorted(theirs))
  })

  test('groups hosts as dshbak does', async () => {
    const theirs = groupsOf(await shell(`pdsh -R rsh -w '${hosts}' x | dshbak -c`))
    const own = groupsOf(await shell(`${ours} --group -w '${hosts}' x`))
    expect(own).toEqual(theirs)
  })

  test('has prefixes that dshbak groups, too', async () => {
    const theirs = groupsOf(await shell(`pdsh -R rsh -w '${hosts}' x | dshbak -c`))
    expect(groupsOf(await shell(`${ours} -w '${hosts}' x | dshbak -c`))).toEqual(theirs)
  })
})
