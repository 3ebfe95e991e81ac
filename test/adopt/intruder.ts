import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { built, isRoot, nobody } from '../support.js'

/** What came of the attempts to bind to a port that is taken. */
export interface Intrusion {
  /** How many binds were tried while the port was taken. */
  readonly tries: number
  /** How many of them succeeded. */
  readonly successes: number
}

// A bind without SO_REUSEADDR tells when the port is taken. From then on its holder keeps it to the end of the attempts.
const program = `
  import { BareSocket, setOption } from '${built}index.js'
  if (process.getuid() === 0) {
    process.setgroups([])
    process.setgid(${nobody})
    process.setuid(${nobody})
  }

  const held = []
  const bind = (family, address, port, reuse) => {
    const socket = new BareSocket(family, 'datagram')
    try {
      if (reuse) setOption(socket, 'SO_REUSEADDR', true)
      socket.bind({ address, port })
      if (reuse) held.push(socket)
      else socket.close()
      return true
    } catch {
      socket.close()
      return false
    }
  }
  const attack = ({ family, address, port, count }) => {
    let waits = 1e6
    while (bind(family, address, port, false) && --waits) {}
    let successes = 0
    for (let index = 0; index < count; index++) if (bind(family, address, port, true)) successes++
    return { tries: waits ? count : 0, successes }
  }
  process.on('message', (request) => {
    if (request === 'release') {
      for (const socket of held.splice(0)) socket.close()
      process.send('released')
      return
    }
    process.send('begin', () => process.send(attack(request)))
  })
  process.on('disconnect', () => process.exit())
  process.send('ready')
`

/** A process of another user, where there is one, that tries to get into datagram ports with SO_REUSEADDR. */
export class Intruder {
  readonly #child: ChildProcess

  constructor() {
    // Not in the folder of the caller, which another user may not enter.
    this.#child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  }

  /** Waits until the process has become the other user. */
  async ready(): Promise<void> {
    await once(this.#child, 'message')
  }

  /**
   * Tries to bind to a port from now on, `count` times from when it is taken.
   *
   * @returns once it has begun, what gives the result
   */
  async attack(
    family: 'ipv4' | 'ipv6',
    address: string,
    port: number,
    count: number,
  ): Promise<{ result: Promise<Intrusion> }> {
    this.#child.send({ family, address, port, count })
    await once(this.#child, 'message')
    return { result: once(this.#child, 'message').then(([intrusion]) => intrusion as Intrusion) }
  }

  /** Closes what it got. */
  async release(): Promise<void> {
    this.#child.send('release')
    await once(this.#child, 'message')
  }

  /** Ends the process. */
  async end(): Promise<void> {
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await gone
  }
}

/** Whose process it is, for the names of tests. */
export const intruderUser = isRoot ? 'another user' : 'the same user (another one needs root)'
