import { describe, expect, test } from 'vitest'
import { inCluster } from './cluster.js'

describe('listen in the workers of a cluster', () => {
  test('with reusePort shares a port among them, and each gets connections', async () => {
    const answer = await inCluster<{ first: number; second: number; ports: number[] }>(
      `
      const first = await start()
      const second = await start(first.message)
      const answers = await Promise.all(Array.from({ length: 64 }, async () => {
        const client = net.connect(first.message, '127.0.0.1')
        const [id] = await once(client, 'data')
        client.destroy()
        return Number(id)
      }))
      const count = (worker) => answers.filter((id) => id === worker.id).length
      report({ first: count(first), second: count(second), ports: [first.message, second.message] })`,
      `
      const server = net.createServer((socket) => socket.on('error', () => {}).end(String(cluster.worker.id)))
      await sockctl.listen(server, { host: '127.0.0.1', port, reusePort: true })
      process.send(server.address().port)`,
    )
    expect(answer.first).toBeGreaterThan(0)
    expect(answer.second).toBeGreaterThan(0)
    expect(answer.first + answer.second).toBe(64)
    expect(answer.ports[0]).toBe(answer.ports[1])
  })

  test('gives each its own port where the kernel chooses', async () => {
    const ports = await inCluster<number[]>(
      'report((await Promise.all([start(), start()])).map(({ message }) => message))',
      `
      const server = await sockctl.listen(net.createServer(), { host: '127.0.0.1' })
      process.send(server.address().port)`,
    )
    expect(new Set(ports).size).toBe(2)
    for (const port of ports) expect(port).toBeGreaterThan(0)
  })

  test('says bind to the second that asks for a port alone', async () => {
    const answer = await inCluster(
      'report((await start((await start()).message)).message)',
      `
      try {
        const server = await sockctl.listen(net.createServer(), { host: '127.0.0.1', port })
        process.send(server.address().port)
      } catch ({ code, syscall }) {
        process.send({ code, syscall })
      }`,
    )
    expect(answer).toEqual({ code: 'EADDRINUSE', syscall: 'bind' })
  })

  test('serves at a path of its own', async () => {
    const answer = await inCluster(
      `
      const { message } = await start()
      const [hello] = await once(net.connect(path), 'data')
      report({ hello: String(hello), isPath: message === path })`,
      `
      await sockctl.listen(net.createServer((socket) => socket.end('hello')), { path })
      process.send(path)`,
    )
    expect(answer).toEqual({ hello: 'hello', isPath: true })
  })
})
