import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, describe, expect, test } from 'vitest'
import { Arena } from '../../lib/diag/arena.js'
import { Contender, type ContenderPlan } from '../../lib/diag/contender.js'
import { type AuditFinding, auditListeners, diagSupport } from '../../lib/diag.js'
import { BareSocket, setOptions } from '../../lib/index.js'
import { built, inProcess, isRoot, nobody } from '../support.js'
import { findingsOf, withVictim } from './attacks.js'

const arena = new Arena()

afterAll(() => arena.end())

const shared: ContenderPlan = { protocol: 'udp', family: 'ipv4', ipv6Only: true, reuse: 'address', address: '0.0.0.0' }

/** Runs a program's text in a process in the arena, which prints a line when it is ready and ends with its input. */
async function startInArena(program: string, uid: number): Promise<ChildProcess> {
  const text = `import * as sockctl from '${built}index.js'; ${program}
    console.log('ready'); process.stdin.on('end', () => process.exit()).resume()`
  const options = { uid, gid: uid, stdio: ['pipe', 'pipe', 'inherit'] as ['pipe', 'pipe', 'inherit'] }
  const child = arena.run(() => spawn(process.execPath, ['--input-type=module', '--eval', text], options))
  await once(child.stdout, 'data')
  return child
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.stdin?.end()
  await ended
}

describe('auditListeners', () => {
  test('counts the other sockets of the port: a second bind must get past them too', async () => {
    await withVictim(arena, { plan: shared, listens: true }, async (_, port) => {
      const loopback = { ...shared, address: '127.0.0.1' }
      // Bound with SO_REUSEADDR, and without it from then on: nobody gets past it.
      const guard = arena.run(() => new BareSocket('ipv4', 'datagram'))
      try {
        setOptions(guard, { SO_REUSEADDR: true })
        guard.bind({ address: '127.0.0.1', port })
        setOptions(guard, { SO_REUSEADDR: false })
        const wildcard = findingsOf(arena, port).find(({ socket }) => socket.localAddress === '0.0.0.0')
        expect(wildcard?.takeovers).toMatchObject([
          { bind: 'equal', by: 'nobody' },
          { bind: 'specific', by: 'any user' },
        ])
        const outcomes = [shared, loopback, { ...shared, address: '127.0.0.2' }].map((plan) => {
          const second = arena.run(() => new Contender(plan))
          const outcome = second.bind(port)
          return second.close().then(() => outcome)
        })
        expect(await Promise.all(outcomes)).toEqual(['EADDRINUSE', 'EADDRINUSE', 'ok'])
      } finally {
        guard.close()
      }
    })
  })

  test.skipIf(!isRoot)('names the capability that a low port takes (needs root)', async () => {
    const first = arena.run(() => new Contender(shared))
    try {
      expect(first.bind(514)).toBe('ok')
      const [finding] = findingsOf(arena, 514)
      expect(finding).toMatchObject({ severity: 'medium' })
      expect(finding?.takeovers[0]).toMatchObject({ by: 'any user', needs: ['SO_REUSEADDR', 'CAP_NET_BIND_SERVICE'] })
      const stranger = await arena.openStranger(shared, 514)
      await stranger.close()
      expect(stranger.contention.bind).toBe('EACCES')
      const open = await arena.openStranger(shared, 1514)
      await open.close()
      expect(open.contention.bind).toBe('ok')
    } finally {
      await first.close()
    }
  })

  test('calls what a second member of a multicast group gets a copy', async () => {
    const group = '239.255.12.34'
    await withVictim(arena, { plan: { ...shared, address: group }, listens: true }, async (_, port) => {
      const [finding] = findingsOf(arena, port)
      expect(finding).toMatchObject({
        severity: 'low',
        takeovers: [{ bind: 'equal', by: 'any user', takes: 'a copy' }],
      })
    })
    const received = await inProcess<number>(`
      import dgram from 'node:dgram'
      const sockets = [0, 1].map(() => dgram.createSocket({ type: 'udp4', reuseAddr: true }))
      let port = 0
      for (const socket of sockets) {
        await new Promise((resolve) => socket.bind(port, '${group}', resolve))
        port = socket.address().port
        socket.addMembership('${group}', '127.0.0.1')
      }
      const got = sockets.map((socket) => new Promise((resolve) => socket.once('message', resolve)))
      sockets[0].setMulticastInterface('127.0.0.1')
      sockets[0].send('x', port, '${group}')
      report((await Promise.all(got)).length)
      for (const socket of sockets) socket.close()`)
    expect(received).toBe(2)
  })

  test.skipIf(!isRoot)(
    "judges another user's socket by its options, and that user as `same user` (needs root)",
    async () => {
      const program = `const socket = new sockctl.BareSocket('ipv4')
      sockctl.setOptions(socket, { SO_REUSEPORT: true }); socket.bind({ port: 4242 }); socket.listen()`
      const child = await startInArena(program, nobody)
      try {
        const [finding] = findingsOf(arena, 4242)
        expect(finding).toMatchObject({ reusePort: true, severity: 'medium', socket: { uid: nobody } })
        expect(finding?.socket.owners?.[0]?.pid).toBe(child.pid)
        expect(finding?.takeovers.map(({ bind, by }) => [bind, by])).toEqual([
          ['equal', 'same user'],
          ['specific', 'same user'],
        ])
        const plan: ContenderPlan = { ...shared, protocol: 'tcp', reuse: 'both' }
        const [own, strange] = [await arena.openOwn(plan, 4242), await arena.openStranger(plan, 4242)]
        await Promise.all([own.close(), strange.close()])
        // Of the two, the other process is of the user whose socket it is.
        expect([own.contention.bind, strange.contention.bind]).toEqual(['EADDRINUSE', 'ok'])
      } finally {
        await end(child)
      }
    },
  )

  test.skipIf(!isRoot)('says what it cannot know of another user, and the worst it can be (needs root)', async () => {
    const tcp: ContenderPlan = { ...shared, protocol: 'tcp', reuse: 'none', address: '127.0.0.1' }
    await withVictim(arena, { plan: tcp, listens: true }, (_, tcpPort) =>
      withVictim(arena, { plan: shared, listens: true }, async (_udp, udpPort) => {
        const program = `report(diag.auditListeners().filter(({ socket }) => [${tcpPort}, ${udpPort}].includes(socket.localPort)))`
        const found = await arena.run(() => inProcess<AuditFinding[]>(program, nobody))
        const [listener, datagram] = found.sort((one, other) =>
          one.socket.protocol.localeCompare(other.socket.protocol),
        )
        expect(listener).toMatchObject({ severity: 'unknown', takeovers: [{ by: 'unknown', atMost: 'same user' }] })
        expect(datagram?.takeovers).toMatchObject([
          { by: 'unknown', atMost: 'any user' },
          { by: 'unknown', atMost: 'any user' },
        ])
        for (const one of found) {
          expect(one.unread).toMatch(/may not be/)
          expect(one.reuseAddress).toBeUndefined()
          expect(one.summary).toMatch(/unknown/)
        }
      }),
    )
  })

  test.skipIf(!diagSupport().mptcp)('tells of an MPTCP listener once (needs a kernel that shows MPTCP)', () => {
    const socket = arena.run(() => new BareSocket('ipv4', 'stream', 'mptcp'))
    try {
      setOptions(socket, { SO_REUSEPORT: true })
      socket.bind({ address: '127.0.0.1' })
      socket.listen()
      const found = findingsOf(arena, socket.address().port ?? 0)
      expect(found.map(({ socket: { protocol } }) => protocol)).toEqual(['mptcp'])
      expect(found[0]?.takeovers).toMatchObject([{ bind: 'equal', by: 'same user', takes: 'a share' }])
    } finally {
      socket.close()
    }
  })

  test('has nothing to say of connections', async () => {
    const states = new Set(auditListeners().map(({ socket }) => socket.state))
    for (const state of states) expect(['LISTEN', 'BOUND', 'UNCONN']).toContain(state)
  })
})
