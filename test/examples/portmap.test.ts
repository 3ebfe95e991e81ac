import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasRpcbind, type Rpcbind, startRpcbind } from '../peers/rpcbind.js'
import { useOwnNetwork } from '../sockets/network.js'
import { stockServer } from '../support.js'
import { type Outcome, runExample } from './run.js'

const done: Outcome = { status: 0, stdout: '', stderr: '' }
const unprivileged = '--unprivileged'

// Numbers that RFC 5531 leaves to users.
const [trusted, plain] = ['536870913', '536870914']

describe.skipIf(!hasRpcbind)('rpcbind (needs root and rpcbind)', () => {
  let rpcbind: Rpcbind
  useOwnNetwork()

  beforeAll(async () => {
    rpcbind = await startRpcbind()
  })

  afterAll(() => rpcbind?.close())

  describe.each(['tcp', 'udp'])('over %s', (transport) => {
    const ask = (...args: string[]) => runExample('portmap.mjs', ...(transport === 'udp' ? ['--udp'] : []), ...args)
    const set = (program: string, ...flags: string[]) =>
      ask(...flags, '127.0.0.1', 'set', program, '1', transport, '2000')
    const unset = (program: string, ...flags: string[]) => ask(...flags, '127.0.0.1', 'unset', program, '1')

    /** The entries of the two programs, as they are listed. */
    async function entries(): Promise<string[]> {
      const { status, stdout, stderr } = await ask(unprivileged, '127.0.0.1', 'dump')
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      return stdout.split('\n').filter((line) => line.startsWith('53687091'))
    }

    test('takes a reserved source port of examples/portmap.mjs for the superuser, any other for nobody', async () => {
      expect(await Promise.all([set(trusted), set(plain, unprivileged)])).toEqual([done, done])
      const where = `1 ${transport} 0.0.0.0.7.208`
      expect((await entries()).sort()).toEqual([`${trusted} ${where} superuser`, `${plain} ${where} unknown`])
    })

    test('keeps an entry of the superuser from an unprivileged source port, whatever it answers', async () => {
      const [kept, gone] = await Promise.all([unset(trusted, unprivileged), unset(plain, unprivileged)])
      const stderr = "portmap: the entry is another owner's: nothing changed\n"
      expect(kept).toEqual({ status: 1, stdout: '', stderr })
      expect(gone).toEqual(done)
      expect(await entries()).toEqual([expect.stringMatching(`^${trusted} .* superuser$`)])
    })

    test('lists its entries over IPv6, too', async () => {
      const { status, stdout, stderr } = await ask(unprivileged, '::1', 'dump')
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      expect(stdout).toMatch(/^100000 \d \w+6 ::\.0\.111 superuser$/m)
    })

    test('takes an entry of the superuser out for a reserved source port', async () => {
      expect(await unset(trusted)).toEqual(done)
      expect(await entries()).toEqual([])
    })
  })
})

describe('examples/portmap.mjs', () => {
  test('says that a call is denied, whose answer is short', async () => {
    const { server, port } = await stockServer((socket) => {
      socket.once('data', (request) => {
        const [reply, denied, authentication, tooWeak] = [1, 1, 1, 5]
        const words = [0x80000000 + 20, request.readUInt32BE(4), reply, denied, authentication, tooWeak]
        const bytes = Buffer.alloc(4 * words.length)
        for (const [index, word] of words.entries()) bytes.writeUInt32BE(word, 4 * index)
        socket.end(bytes)
      })
    })
    const outcome = await runExample('portmap.mjs', unprivileged, '--port', String(port), '127.0.0.1', 'dump')
    expect(outcome).toEqual({ status: 1, stdout: '', stderr: 'portmap: the portmapper refuses the call (denied)\n' })
    server.close()
  })

  test('ends with 2 and its usage where an argument is missing or unknown', async () => {
    const wrong = [['localhost'], ['localhost', 'set', '1', '1', 'tcp'], ['localhost', 'unset', 'nfs', '3'], ['--fast']]
    for (const { status, stdout, stderr } of await Promise.all(
      wrong.map((args) => runExample('portmap.mjs', ...args)),
    )) {
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
      expect(stderr).toContain('usage:')
    }
  })
})
