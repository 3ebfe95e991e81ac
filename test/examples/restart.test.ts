import { describe, expect, test } from 'vitest'
import { useOwnNetwork } from '../sockets/network.js'
import { keepExamples } from './run.js'

useOwnNetwork()

const start = keepExamples()

describe('examples/restart.mjs', () => {
  test('is replaced while clients ask, and loses none of them', async () => {
    const old = start('restart.mjs')
    const port = await old.port()
    const next = start('restart.mjs', String(port))
    const [, name] = await next.line(/^(\d+) listening/)
    let asking = true
    const ask = async () => (await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } })).text()
    const clients = Array.from({ length: 8 }, async () => {
      while (asking) await ask()
    })
    const ending = old.stop()
    await old.line(/^stopped listening: lossless, \d+ accepted meanwhile$/)
    asking = false
    await Promise.all(clients)
    expect(await ending).toEqual({ status: 0, stderr: '' })
    expect(await ask()).toBe(`${name}\n`)
    expect(await next.stop()).toEqual({ status: 0, stderr: '' })
    await next.line(/^stopped listening: queue-empty \(no other listener/)
  })
})
