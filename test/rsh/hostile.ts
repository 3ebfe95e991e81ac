import type net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RshError } from '../../lib/rsh.js'
import { echo, rawServer, rshServer, type TestServer, type Visit } from './server.js'

/** A server that does wrong, and what its client is to be told. */
export interface Hostile {
  readonly name: string
  start(): Promise<TestServer>
  readonly expected: Partial<Pick<RshError, 'code' | 'form' | 'phase' | 'remoteText'>>
}

const refused = 'ERR_SOCKCTL_RSH_REFUSED'
const channel = 'ERR_SOCKCTL_RSH_CHANNEL'
const late = 'ERR_SOCKCTL_RSH_TIMEOUT'
const cut = 'ERR_SOCKCTL_RSH_CUT'

function raw(name: string, visited: (socket: net.Socket) => void, expected: Hostile['expected']): Hostile {
  return { name, start: () => rawServer(visited), expected }
}

function after(name: string, visited: (visit: Visit) => unknown, expected: Hostile['expected']): Hostile {
  return { name, start: () => rshServer(async (visit) => void (await visited(visit))), expected }
}

async function drip(socket: net.Socket, text: string): Promise<void> {
  for (const letter of text) {
    socket.write(letter)
    await sleep(5)
  }
}

/** Those that refuse, in every form, or never answer. */
const answers: readonly Hostile[] = [
  raw('closes without a byte', (socket) => socket.end().resume(), { code: refused, form: 'end' }),
  raw('resets without a byte', (socket) => socket.resetAndDestroy(), { code: refused, form: 'reset' }),
  raw('is silent', (socket) => socket.resume(), { code: late, phase: 'back' }),
  raw('says no', (socket) => socket.end('\u0001Permission denied.\n').resume(), {
    code: refused,
    form: 'line',
    remoteText: 'Permission denied.',
  }),
  raw('says no slowly', (socket) => void drip(socket.resume(), '\u0001No.\n'), { code: refused, remoteText: 'No.' }),
  raw('says no and stays', (socket) => socket.resume().write('\u0001No.'), { code: late, phase: 'back' }),
  raw('says no in half a line', (socket) => socket.end('\u0001Perm').resume(), { code: refused, remoteText: 'Perm' }),
  raw('says no without a word', (socket) => socket.end('\u0001').resume(), { code: refused, remoteText: '' }),
  raw('says no without an end', (socket) => socket.resume().write(`\u0001${'no'.repeat(9000)}`), { code: refused }),
  raw('babbles', (socket) => socket.resume().write('220 ready\r\n'), { code: 'ERR_SOCKCTL_RSH_PROTOCOL' }),
  after(
    'prints its refusal',
    async ({ socket, back }) => {
      ;(await back()).end()
      socket.end('\0Authentication failure\n')
    },
    { code: refused, form: 'text', remoteText: 'Authentication failure\n' },
  ),
]

/** Those that do wrong with the second connection. */
const channels: readonly Hostile[] = [
  after('never connects back', ({ socket }) => socket.write('\0'), { code: late, phase: 'back' }),
  after('never connects back, and ends', ({ socket }) => socket.end('\0out'), { code: channel }),
  after(
    'connects back from an unprivileged port',
    async ({ socket, back }) => {
      await back({ localPort: 0 }).catch(() => {})
      socket.write('\0')
    },
    { code: channel },
  ),
  after(
    'connects back from a reserved port below 512',
    async ({ socket, back }) => {
      await back({ localPort: 400 }).catch(() => {})
      socket.write('\0')
    },
    { code: channel },
  ),
  after('connects back and is silent', ({ back }) => back(), { code: late, phase: 'reply' }),
  after(
    'resets the second connection',
    async ({ socket, back }) => {
      ;(await back()).resetAndDestroy()
      socket.write('\0')
    },
    { code: cut },
  ),
]

/** Those that break off while the command runs. */
const breaks: readonly Hostile[] = [
  after(
    'resets while the command prints',
    async ({ socket, back }) => {
      await back()
      socket.write('\0half of', () => setTimeout(() => socket.resetAndDestroy(), 20))
    },
    { code: cut },
  ),
  after(
    'resets stderr while the command runs',
    async ({ socket, back }) => {
      const errors = await back()
      socket.write('\0half of', () => setTimeout(() => errors.resetAndDestroy(), 20))
    },
    { code: cut },
  ),
  after(
    'falls silent while the command runs',
    async ({ socket, back }) => {
      await back()
      socket.write('\0half of')
    },
    { code: late, phase: 'silence' },
  ),
  after(
    'ends one channel and not the other',
    async ({ socket, back }) => {
      await back()
      socket.end('\0out')
    },
    { code: late, phase: 'silence' },
  ),
  after(
    'prints without an end',
    async ({ socket, back }) => {
      await back()
      socket.write('\0')
      const more = () => {
        while (!socket.destroyed && socket.write('babble'.repeat(1000)));
      }
      socket.on('drain', more)
      more()
    },
    { code: 'ERR_SOCKCTL_RSH_OUTPUT' },
  ),
]

/** Servers that break off after each byte of the request: `port\0user\0user\0command\0`. */
function atByte(count: number, how: 'end' | 'resetAndDestroy'): Hostile {
  const form = how === 'end' ? 'end' : 'reset'
  const name = `${how === 'end' ? 'closes' : 'resets'} after byte ${count} of the request`
  return raw(
    name,
    (socket) => {
      const onReadable = () => {
        const bytes = socket.read(count)
        if (bytes === null) return
        socket.off('readable', onReadable)
        if (how === 'end') socket.end().resume()
        else socket.resetAndDestroy()
      }
      socket.on('readable', onReadable)
    },
    { code: refused, form },
  )
}

/** How long the request is: `600\0me\0you\0echo\0`. */
const requestLength = 16
const counts = Array.from({ length: requestLength }, (_, index) => index + 1)

/** Every hostile server. */
export const hostile: readonly Hostile[] = [
  ...answers,
  ...channels,
  ...breaks,
  ...counts.flatMap((count) => [atByte(count, 'end'), atByte(count, 'resetAndDestroy')]),
]

/** A server that connects back once more when it has what it needs. */
export function connectsTwice(): Promise<TestServer> {
  return rshServer(async (visit) => {
    await echo(visit)
    await visit.back().catch(() => {})
  })
}
