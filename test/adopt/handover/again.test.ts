import { once } from 'node:events'
import { existsSync } from 'node:fs'
import http from 'node:http'
import { afterEach, describe, expect, test } from 'vitest'
import { type Takeover, takeover } from '../../../lib/handover.js'
import { rejectionOf } from '../../support.js'
import { useFolder } from '../folder.js'
import { portOfServer } from '../pairs.js'
import { keepServers } from '../servers.js'
import { answer } from './serving.js'

const keep = keepServers()
const host = '127.0.0.1'
const running: Takeover[] = []
let path: string

useFolder((_, socket) => {
  path = socket
})

afterEach(() => {
  for (const one of running.splice(0)) one.close()
})

async function run(server: http.Server): Promise<Takeover> {
  const one = await takeover(path, { web: { server, listen: { host } } })
  running.push(one)
  return one
}

const answering = (text: string) => keep(http.createServer((_, response) => response.end(text)))

describe('a server that is started again', () => {
  test('after takeovers that failed has no more listeners than before', async () => {
    const server = answering('one')
    const options = {
      prepare() {
        throw new Error('on purpose')
      },
    }
    const fail = () => rejectionOf(takeover(path, { web: { server, listen: { host } } }, options))
    const counts = () => server.eventNames().map((name) => server.listenerCount(name))
    await fail()
    const before = counts()
    await fail()
    expect(counts()).toEqual(before)
  })

  test('when it was taken over from keeps its connections', async () => {
    const [server, other] = [answering('one'), answering('two')]
    const first = await run(server)
    const second = await run(other)
    await first.left
    await run(server)
    await second.left
    const agent = new http.Agent({ keepAlive: true })
    expect(await answer(portOfServer(server), agent)).toEqual({ body: 'one', connection: 'keep-alive' })
    const closed = once(server, 'close')
    agent.destroy()
    server.close()
    await closed
  })
})

describe('a signal', () => {
  test.each(['before', 'while it prepares'])('that fires %s keeps a process from starting', async (when) => {
    const server = answering('one')
    const controller = new AbortController()
    const prepare = () => controller.abort()
    if (when === 'before') controller.abort()
    const options = { signal: controller.signal, prepare }
    const error = await rejectionOf(takeover(path, { web: { server, listen: { host } } }, options))
    expect(error).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' })
    expect(server.listening).toBe(false)
    expect(existsSync(path)).toBe(false)
  })
})
