// Node's module with one difference, which the part of the address after the question mark names, with the event for `later`. What it changes is
// how a socket or server emits, returns, throws or tells, whoever records it.
import stock from 'node:net'

const [kind, late] = new URL(import.meta.url).search.slice(1).split(':')

/** How each kind passes an event on. */
const emitters = {
  later: (pass, event, args) => {
    if (event !== late) return pass(event, ...args)
    process.nextTick(() => pass(event, ...args))
    return true
  },
  microtask: (pass, event, args) => {
    if (event !== 'listening') return pass(event, ...args)
    Promise.resolve().then(() => pass(event, ...args))
    return true
  },
  missing: (pass, event, args) => event !== 'ready' && pass(event, ...args),
  hung: (pass, event, args) => event !== 'close' && pass(event, ...args),
  more: (pass, event, args) => {
    if (event === 'end') pass('timeout')
    return pass(event, ...args)
  },
  twice: (pass, event, args) => pass(event, ...args) && event === 'connect' && pass(event, ...args),
  order: (pass, event, args) => {
    if (event === 'connect') pass('ready')
    return event !== 'ready' && pass(event, ...args)
  },
  errno: (pass, event, [error, ...args]) => {
    if (event === 'error') error.errno = -1
    return pass(event, error, ...args)
  },
  message: (pass, event, [error, ...args]) => {
    if (event === 'error') error.message = `${error.message}.`
    return pass(event, error, ...args)
  },
  syscall: (pass, event, [error, ...args]) => {
    if (event === 'error') error.syscall = 'bind'
    return pass(event, error, ...args)
  },
  hadError: (pass, event, args) =>
    event === 'close' && args.length > 0 ? pass(event, !args[0]) : pass(event, ...args),
  argument: (pass, event, args) => pass(event, ...(event === 'listening' ? ['unasked'] : args)),
}

/** Lets what the emitter emits go through the kind's function first, and then to the recorder, once that is in place. */
function plantedIn(emitter) {
  const change = emitters[kind]
  if (!change) return
  let { emit } = emitter
  Object.defineProperty(emitter, 'emit', {
    configurable: true,
    get: () => emit,
    set: (recorded) => {
      emit = (event, ...args) => change((...words) => recorded.apply(emitter, words), event, args)
    },
  })
}

export class Socket extends stock.Socket {
  constructor(options) {
    super(options)
    plantedIn(this)
    if (kind === 'state') Object.defineProperty(this, 'bytesRead', { get: () => 1 })
  }

  connect(...args) {
    if (kind === 'code' && args[0]?.port === -1) throw Object.assign(new RangeError('a port'), { code: 'ERR_PORT' })
    return super.connect(...args)
  }
}

export class Server extends stock.Server {
  constructor(...args) {
    super(...args)
    plantedIn(this)
  }

  listen(...args) {
    const result = super.listen(...args)
    return kind === 'returned' ? undefined : result
  }
}

export function connect(...args) {
  const [first] = args
  const socket = new Socket(typeof first === 'object' ? first : {})
  if (first?.timeout) socket.setTimeout(first.timeout)
  return socket.connect(...args)
}

export const createServer = (...args) => new Server(...args)
export default { ...stock, Socket, Server, connect, createConnection: connect, createServer }
