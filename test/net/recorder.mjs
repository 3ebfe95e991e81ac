// Writes down what a program's sockets and servers do: a lane for each, and one for the program itself. The methods are
// fields, so that a program can take those that it needs from the parameter list.
import { dataText, numberPorts, portText, Writer } from './text.mjs'

const socketProperties = [
  [
    'connecting',
    'pending',
    'readyState',
    'destroyed',
    'closed',
    'timeout',
    'allowHalfOpen',
    'bytesRead',
    'bytesWritten',
  ],
  ['localAddress', 'localPort', 'localFamily', 'remoteAddress', 'remotePort', 'remoteFamily'],
  ['autoSelectFamilyAttemptedAddresses', 'readableEnded', 'writableEnded', 'writableFinished', 'readableFlowing'],
].flat()

/** Events that tell of listeners, not of sockets. */
const unrecorded = ['newListener', 'removeListener']

export class Recorder {
  #writer = new Writer()
  #lanes = new Map([['program', { lines: [] }]])
  #open = new Map()

  /** Writes a line into the program's own lane: a name and values. */
  note = (text, ...values) => {
    this.#lanes.get('program').lines.push({ text: this.#words(text, values) })
  }

  /** Notes what a call returns or throws. */
  outcome = (text, call) => {
    try {
      const result = call()
      this.note(text, 'returned', result)
      return result
    } catch (error) {
      this.note(text, 'threw', error)
      return undefined
    }
  }

  /**
   * Records every event that a socket or server emits from now on, with its arguments and the socket's state.
   *
   * @param without events that come in a number that differs from run to run
   */
  watch = (name, emitter, { without = [], catches = true } = {}) => {
    if (this.#lanes.has(name)) throw new Error(`two are named ${name}`)
    this.#lanes.set(name, { lines: [], emitter, sameTick: false })
    this.#writer.names.set(emitter, name)
    this.#open.set(name, emitter)
    const { emit } = emitter
    const skipped = [...unrecorded, ...without]
    emitter.emit = (event, ...args) => {
      if (!skipped.includes(event)) this.#event(name, emitter, event, args)
      if (event === 'close') this.#open.delete(name)
      return Reflect.apply(emit, emitter, [event, ...args])
    }
    if (catches) emitter.on('error', () => {})
    return emitter
  }

  /** Writes a line into the lane of a socket or server, between its events. */
  mark = (emitter, text, ...values) => {
    this.#add(this.#writer.names.get(emitter), `* ${this.#words(text, values)}`)
  }

  /** Marks now, the next tick and the next microtask in a lane: an event that moves by one is seen to have moved. */
  ticks = (emitter, text = '') => {
    this.mark(emitter, `${text} sync`)
    process.nextTick(() => {
      this.mark(emitter, `${text} tick`)
      process.nextTick(() => this.mark(emitter, `${text} second tick`))
    })
    Promise.resolve().then(() => this.mark(emitter, `${text} microtask`))
  }

  /** Marks when the check phase of the event loop comes, which says what no I/O was needed for. */
  immediate = (emitter, text = '') => {
    setImmediate(() => this.mark(emitter, `${text} immediate`))
  }

  /** Marks what a socket or server says of itself. */
  state = (emitter, text = 'state') => {
    this.mark(emitter, text, this.#stateOf(emitter))
  }

  /** Gives the file a name that is the same in each run. */
  nameFile = (path, name) => {
    this.#writer.files.set(path, name)
    return path
  }

  /** The sockets and servers that have not emitted 'close'. */
  open() {
    return [...this.#open.keys()]
  }

  /** All lanes, with what each participant says of itself in the end. */
  finish() {
    const ports = new Map()
    const lanes = [...this.#lanes].sort(([a], [b]) => (a < b ? -1 : 1))
    for (const [, { emitter }] of lanes) if (emitter) this.state(emitter, 'in the end')
    return Object.fromEntries(lanes.map(([name, { lines }]) => [name, numberPorts(lines.map(lineText), ports)]))
  }

  #words(text, values) {
    return [text, ...values.map((value) => this.#writer.text(value))].join(' ')
  }

  #stateOf(emitter) {
    if (!('connecting' in emitter)) {
      const { listening, maxConnections } = emitter
      return { listening, maxConnections, address: emitter.address?.() }
    }
    return Object.fromEntries(socketProperties.map((name) => [name, emitter[name]]))
  }

  #event(name, emitter, event, args) {
    if (event === 'data') return this.#data(name, args[0])
    const isAttempt = event.startsWith('connectionAttempt')
    const values = args.map((value, index) => (isAttempt && index === 1 ? portText(value) : this.#writer.text(value)))
    this.#add(name, [event, ...values, emitter.readyState ?? ''].join(' ').trimEnd())
  }

  /** Data that comes in pieces is one line: where the kernel cuts it is chance. */
  #data(name, chunk) {
    const lane = this.#lanes.get(name)
    const kind = typeof chunk === 'string' ? 'data as string' : 'data'
    const last = lane.lines.at(-1)
    if (last?.kind === kind) last.pieces.push(Buffer.from(chunk))
    else this.#add(name, kind, { kind, pieces: [Buffer.from(chunk)] })
  }

  /** A line that comes in the same tick as the one before it starts with a plus sign. */
  #add(name, text, data = {}) {
    const lane = this.#lanes.get(name)
    lane.lines.push({ ...data, text: `${lane.sameTick ? '+' : ' '} ${text}` })
    lane.sameTick = true
    process.nextTick(() => {
      lane.sameTick = false
    })
  }
}

/** A line in full. */
function lineText({ text, pieces }) {
  return pieces ? `${text} ${dataText(Buffer.concat(pieces))}` : text
}
