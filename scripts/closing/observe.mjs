// Ends connections between two network namespaces, step by step, and writes to docs/images/closing.json which states
// sock_diag told at both ends after each: node scripts/closing/observe.mjs. It takes root. An end that is made deaf (a
// filter drops what comes) holds a state that would last for microseconds otherwise.
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import net from 'node:net'
import { release } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { Cable } from '../../bench/close/cable.mjs'
import { sockets } from '../../dist/diag.js'
import { BareSocket, setOption } from '../../dist/index.js'
import { native } from '../../dist/native.js'

const longest = 5000
const steady = 40
const apart = ['LISTEN', 'BOUND']

/** A connection, each end a bare socket, and what was seen of it. */
class Scene {
  steps = []
  #cable
  #port

  constructor(cable, ours, peer, port) {
    this.#cable = cable
    this.#port = port
    this.ours = ours
    this.peer = peer
    this.number = peer.address().port
    this.note('', [])
  }

  #look() {
    const stateOf = (filter) =>
      sockets({ protocol: 'tcp', ...filter }).find(({ state }) => !apart.includes(state))?.state ?? 'gone'
    const ours = stateOf({ localPort: this.#port, remotePort: this.number })
    return { ours, peer: this.#cable.there(() => stateOf({ localPort: this.number })) }
  }

  note(did, sent, states = this.#look()) {
    this.steps.push({ did, sent, ...states })
  }

  /** Does something, and waits for what it changes. */
  async step(did, sent, act) {
    const before = this.#look()
    act()
    const started = performance.now()
    let seen = before
    let since = started
    while (isSame(seen, before) || performance.now() - since < steady) {
      await delay(5)
      const now = this.#look()
      if (!isSame(now, seen)) since = performance.now()
      seen = now
      if (performance.now() - started > longest) throw new Error(`${did || sent}: nothing changes`)
    }
    this.note(did, sent, seen)
  }
}

function isSame(one, other) {
  return one.ours === other.ours && one.peer === other.peer
}

const deafen = (socket) => setOption(socket, 'SO_ATTACH_FILTER', [{ code: 6, jt: 0, jf: 0, k: 0 }])
const hear = (socket) => setOption(socket, 'SO_DETACH_FILTER', true)

/** One end closes first, the other one once it knows. */
async function inTurn(scene, first, second) {
  const one = scene[first]
  const other = scene[second]
  await scene.step(`${first}:close`, [[first, 'FIN']], () => {
    deafen(other)
    one.shutdown('write')
  })
  await scene.step('', [[second, 'ACK']], () => hear(other))
  await scene.step(`${second}:close`, [[second, 'FIN']], () => {
    deafen(other)
    other.shutdown('write')
  })
  await scene.step('', [[first, 'ACK']], () => hear(other))
}

const scenes = {
  'close-first': (scene) => inTurn(scene, 'ours', 'peer'),
  'close-after-peer': (scene) => inTurn(scene, 'peer', 'ours'),
  async 'both-at-once'(scene) {
    const { ours, peer } = scene
    await scene.step(
      'both:close',
      [
        ['ours', 'FIN'],
        ['peer', 'FIN'],
      ],
      () => {
        for (const end of [ours, peer]) deafen(end)
        for (const end of [ours, peer]) end.shutdown('write')
      },
    )
    await scene.step('', [['ours', 'ACK']], () => hear(ours))
    await scene.step('', [['peer', 'ACK']], () => hear(peer))
  },
  async abort(scene) {
    await scene.step('ours:abort', [['ours', 'RST']], () => scene.ours.abort())
  },
  async 'abort-after-fin'(scene) {
    await scene.step(
      'peer:close',
      [
        ['peer', 'FIN'],
        ['ours', 'ACK'],
      ],
      () => scene.peer.shutdown('write'),
    )
    await scene.step('ours:abort', [['ours', 'RST']], () => scene.ours.abort())
  },
  async 'peer-stays'(scene) {
    const { ours, peer } = scene
    await scene.step(
      'ours:close',
      [
        ['ours', 'FIN'],
        ['peer', 'ACK'],
      ],
      () => {
        setOption(ours, 'TCP_LINGER2', 1)
        ours.close()
      },
    )
    await scene.step('ours:limit', [], () => {})
    await scene.step(
      'peer:close',
      [
        ['peer', 'FIN'],
        ['ours', 'RST'],
      ],
      () => peer.close(),
    )
  },
  async 'peer-vanishes'(scene, cable) {
    const { ours } = scene
    await scene.step('ours:close', [['ours', 'FIN lost']], () => {
      cable.cut()
      setOption(ours, 'TCP_USER_TIMEOUT', 1000)
      ours.shutdown('write')
    })
    await scene.step('ours:limit', [], () => {})
    cable.mend()
    await scene.step(
      'peer:close',
      [
        ['peer', 'FIN'],
        ['ours', 'RST'],
      ],
      () => scene.peer.close(),
    )
  },
}

/** What is needed here of a BareSocket, for a descriptor that Node accepted. */
function endOf(fd) {
  return {
    fd,
    shutdown: () => native.shutdown(fd, 1),
    close: () => native.close(fd),
    abort() {
      setOption(fd, 'SO_LINGER', { on: true, seconds: 0 })
      native.close(fd)
    },
  }
}

const cable = new Cable()
const listener = new BareSocket('ipv4')
listener.listen(10, { address: '10.99.0.1' })
const { port } = listener.address()
const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true })
server.listen({ fd: listener.detach() })
await once(server, 'listening')
const observed = {}
for (const [name, play] of Object.entries(scenes)) {
  const accepted = once(server, 'connection')
  const peer = cable.dial('ipv4', port)
  const [socket] = await accepted
  // A socket of our own that nothing reads: Node would see the end and act on it.
  const ours = endOf(native.dup(socket._handle.fd))
  socket.destroy()
  const scene = new Scene(cable, ours, peer, port)
  await play(scene, cable)
  observed[name] = scene.steps
  for (const end of [ours, peer]) end.close()
}

server.close()
cable.remove()
const target = new URL('../../docs/images/closing.json', import.meta.url)
writeFileSync(target, `${JSON.stringify({ kernel: release().replace(/-.*/, ''), scenes: observed }, null, 2)}\n`)
process.exit()
