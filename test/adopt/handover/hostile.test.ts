import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import net from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Courier } from '../../../lib/adopt/handover/courier.js'
import { receiveSockets, sendSockets } from '../../../lib/handover.js'
import { BareSocket } from '../../../lib/index.js'
import { openDescriptors, rejectionOf } from '../../support.js'
import { keepChannels } from './channels.js'

const channelPair = keepChannels()
let bare: BareSocket
let mine: net.Socket
let theirs: net.Socket
let before: number
let file: number

beforeEach(async () => {
  bare = new BareSocket('ipv4')
  bare.listen(1, { address: '127.0.0.1' })
  ;[mine, theirs] = await channelPair()
  theirs.resume()
  file = openSync('/dev/null', 'r')
  before = openDescriptors()
})

afterEach(() => {
  bare.close()
  closeSync(file)
})

const soon = { timeout: 100 }

function write(message: object): void {
  theirs.write(`${JSON.stringify(message)}\n`)
}

/** What the other side reads next. */
async function read(): Promise<Record<string, string>> {
  const [data] = await once(theirs, 'data')
  return JSON.parse(String(data).split('\n')[0] as string)
}

/** Plays the sender's part up to where the sockets are to come. */
async function offer(): Promise<Courier> {
  const courier = new Courier()
  write({ step: 'offer', from: courier.name })
  courier.connect((await read()).to)
  return courier
}

/** Expects a call to fail, in bounded time, and to leave no descriptor of its own. */
async function expectFailure(call: Promise<unknown>, code: string): Promise<Error> {
  const error = await rejectionOf(call)
  expect(error.code).toBe(code)
  // The channel is ended, which takes its own time.
  expect(openDescriptors()).toBeLessThanOrEqual(before)
  return error
}

const handover = 'ERR_SOCKCTL_HANDOVER'

describe('receiveSockets from a sender that', () => {
  test('says nothing rejects after the time', async () => {
    await expectFailure(receiveSockets(mine, soon), 'ETIMEDOUT')
  })

  test.each([
    ['babbles', 'babble\n'],
    ['sends JSON that is no message', '[1]\n'],
    ['says what does not belong there', '{"step":"batch"}\n'],
    ['gives a name that is none of a handover', '{"step":"offer","from":"../etc"}\n'],
    ['gives the name of nobody', `{"step":"offer","from":"sockctl/handover/${'0'.repeat(32)}"}\n`],
    ['sends without an end', 'x'.repeat(2 ** 20)],
  ])('%s rejects', async (_, text) => {
    theirs.write(text)
    const code = text.includes('0000') ? 'ERR_SOCKCTL_HANDOVER' : handover
    await expectFailure(receiveSockets(mine, soon), code)
  })

  test.each([
    ['announces more than the limit', { start: 0, count: 5, names: ['a'] }],
    ['announces fewer than none', { start: 0, count: -1, names: [] }],
    ['announces a number that is none', { start: 0, count: 'many', names: ['a'] }],
    ['announces names that are not as many', { start: 0, count: 2, names: ['a'] }],
    ['announces names that are none', { start: 0, count: 1, names: [7] }],
    ['announces a name twice', { start: 0, count: 2, names: ['a', 'a'] }],
    ['begins in the middle', { start: 253, count: 1, names: ['a'] }],
    ['sends nothing of what it announced', { start: 0, count: 1, names: ['a'] }],
  ])('%s rejects', async (_, batch) => {
    const receiving = receiveSockets(mine, { ...soon, limit: 4 })
    const courier = await offer()
    write({ step: 'batch', ...batch })
    courier[Symbol.dispose]()
    await expectFailure(receiving, handover)
  })

  test.each([
    ['fewer descriptors than it announced', 0, 1],
    ['more descriptors than it announced', 0, 3],
    ['the batch that it did not announce', 253, 2],
  ])('sends %s rejects, and closes what came', async (_, start, count) => {
    const receiving = receiveSockets(mine, soon)
    const courier = await offer()
    courier.send(start, Array(count).fill(bare.fd))
    write({ step: 'batch', start: 0, count: 2, names: ['a', 'b'] })
    courier[Symbol.dispose]()
    await expectFailure(receiving, handover)
  })

  test.each([
    ['a file', () => file, 'ENOTSOCK'],
    ['a connected socket', () => (mine as unknown as { _handle: { fd: number } })._handle.fd, handover],
    ['a socket that is bound to nothing', () => new BareSocket('ipv4').detach(), handover],
  ])('sends %s rejects, and closes what came', async (_, make, code) => {
    const receiving = receiveSockets(mine, soon)
    using courier = await offer()
    courier.send(0, [bare.fd, make()])
    write({ step: 'batch', start: 0, count: 2, names: ['good', 'odd'] })
    expect((await rejectionOf(receiving)).code).toBe(code)
  })

  test('ends after the offer rejects', async () => {
    const receiving = receiveSockets(mine)
    using _courier = await offer()
    theirs.destroy()
    expect((await rejectionOf(receiving)).code).toBe(handover)
  })
})

describe('sendSockets to a receiver that', () => {
  test('says nothing rejects after the time', async () => {
    await expectFailure(sendSockets(mine, { bare }, soon), 'ETIMEDOUT')
  })

  test('is gone rejects', async () => {
    theirs.destroy()
    await expectFailure(sendSockets(mine, { bare }), handover)
  })

  test('takes nothing of what is sent rejects after the time', async () => {
    const sending = sendSockets(mine, { bare }, soon)
    using courier = new Courier((await read()).from)
    write({ step: 'ready-to-receive', to: courier.name })
    expect((await rejectionOf(sending)).code).toBe('ETIMEDOUT')
  })

  test('does not connect back rejects', async () => {
    const sending = sendSockets(mine, { bare }, soon)
    const other = new Courier((await read()).from)
    other[Symbol.dispose]()
    write({ step: 'ready-to-receive', to: other.name })
    await expectFailure(sending, 'ERR_SOCKCTL_HANDOVER')
  })
})

describe('a signal', () => {
  test('ends the wait of either side', async () => {
    const signal = AbortSignal.timeout(20)
    expect((await rejectionOf(receiveSockets(mine, { signal }))).name).toBe('AbortError')
    const [other] = await channelPair()
    const fired = AbortSignal.abort(new RangeError('on purpose'))
    for (const call of [sendSockets(other, { bare }, { signal: fired }), receiveSockets(mine, { signal: fired })]) {
      expect(await rejectionOf(call)).toMatchObject({ code: 'ABORT_ERR', cause: fired.reason })
    }
  })
})

describe('wrong arguments', () => {
  test.each([
    ['no channel', () => sendSockets({} as never, {}), 'ERR_INVALID_ARG_TYPE'],
    ['a name with a line break', () => sendSockets(mine, { 'a\nb': bare }), 'ERR_INVALID_ARG_VALUE'],
    ['a file', () => sendSockets(mine, { file }), 'ENOTSOCK'],
    ['a connected socket', () => sendSockets(mine, { mine }), 'ERR_INVALID_ARG_VALUE'],
    ['a limit that is none', () => receiveSockets(mine, { limit: -1 }), 'ERR_OUT_OF_RANGE'],
  ])('%s: are refused at once', async (_, call, code) => {
    expect((await rejectionOf(call())).code).toBe(code)
  })

  test('a TCP connection is no channel', async () => {
    const server = net.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1')
    await once(client, 'connect')
    expect((await rejectionOf(sendSockets(client, { bare }))).code).toBe('ENODATA')
    server.close()
  })
})

describe('a policy', () => {
  test('that refuses names the process, the user and the program', async () => {
    const { uid, gid } = { uid: process.geteuid?.(), gid: process.getegid?.() }
    const text = expect.any(String)
    const peer = { pid: process.pid, uid, gid, command: text, commandLine: text }
    const error = await expectFailure(sendSockets(mine, { bare }, { allow: () => false }), 'ERR_SOCKCTL_PEER_REFUSED')
    expect(error).toMatchObject({ peer, message: expect.stringContaining(String(process.pid)) })
  })
})
