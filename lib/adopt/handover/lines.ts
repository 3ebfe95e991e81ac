import type net from 'node:net'
import { codedError, errnoOf } from '../../errors.js'
import { fdOf } from '../../handle.js'
import { native } from '../../native.js'
import { Canceller } from '../canceller.js'

/** What goes over a channel: one object of JSON a line, which says in `step` what it is about. */
export interface Message {
  readonly step: string
  readonly [key: string]: unknown
}

/** How long to wait for the peer, and what ends the wait. */
export interface Patience {
  /** How long to wait for each answer of the peer, in milliseconds. */
  readonly timeout: number
  readonly signal?: AbortSignal | undefined
}

/** The most bytes of a line: the names of one batch of sockets, and some more. */
const longestLine = 2 ** 19
const newline = 0x0a

/** Makes an `ERR_SOCKCTL_HANDOVER`: the other side did what does not belong there, or went away. */
export function handoverError(message: string, detail: object = {}): Error {
  return Object.assign(codedError('ERR_SOCKCTL_HANDOVER', message), detail)
}

/** Whether an error means that the other side is gone, without a word. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && 'gone' in error && error.gone === true
}

function goneError(channel: net.Socket): Error {
  return handoverError('The other side of the handover is gone', { gone: true, cause: channel.errored ?? undefined })
}

const brokenPipe = errnoOf('EPIPE')

/**
 * Says something to the peer, who may be gone: not by the stream, which would be destroyed then, and with it the last words
 * of the peer that are still to be read.
 */
export function say(channel: net.Socket, message: Message): void {
  if (!channel.writable) return
  const line = Buffer.from(`${JSON.stringify(message)}\n`)
  const sent = channel.writableLength === 0 ? native.send(fdOf(channel), line) : 0
  if (sent !== brokenPipe && sent !== line.length) channel.write(line.subarray(Math.max(sent, 0)))
}

function parse(line: Buffer): Message {
  try {
    const message: unknown = JSON.parse(line.toString())
    if (typeof message === 'object' && message !== null && 'step' in message && typeof message.step === 'string') {
      return message as Message
    }
  } catch {}
  throw handoverError('What the other side sent is no message of a handover')
}

/** Waits until there is something to read, or the channel has ended. */
function readable(channel: net.Socket, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const names = ['readable', 'end', 'close', 'error'] as const
    const settle = (finish: () => void) => () => {
      for (const name of names) channel.off(name, done)
      signal?.removeEventListener('abort', stop)
      finish()
    }
    const done = settle(resolve)
    const stop = settle(() => reject(signal?.reason))
    for (const name of names) channel.on(name, done)
    signal?.addEventListener('abort', stop)
  })
}

function isOver(channel: net.Socket): boolean {
  return channel.destroyed || channel.readableEnded || channel.errored !== null
}

/** Reads up to the end of a line, or all that is there; puts back what is behind the line. */
function readPart(channel: net.Socket): { part: Buffer | null; isWhole: boolean } {
  const part: Buffer | null = channel.read()
  const end = part?.indexOf(newline) ?? -1
  if (!part || end < 0) return { part, isWhole: false }
  if (end + 1 < part.length) channel.unshift(part.subarray(end + 1))
  return { part: part.subarray(0, end), isWhole: true }
}

async function readLine(channel: net.Socket, signal: AbortSignal | undefined): Promise<Buffer> {
  const parts: Buffer[] = []
  for (let length = 0; ; ) {
    signal?.throwIfAborted()
    const { part, isWhole } = readPart(channel)
    if (part) parts.push(part)
    if (isWhole) return Buffer.concat(parts)
    length += part?.length ?? 0
    if (length > longestLine) throw handoverError('The other side sends without an end')
    if (isOver(channel)) throw goneError(channel)
    if (!part) await readable(channel, signal)
  }
}

/**
 * Waits for what the peer says next.
 *
 * @throws (rejects) ETIMEDOUT, an AbortError, `ERR_SOCKCTL_HANDOVER`
 */
export async function hear(channel: net.Socket, { timeout, signal }: Patience): Promise<Message> {
  const canceller = new Canceller(signal, timeout, 'read')
  try {
    return parse(await readLine(channel, canceller.signal))
  } finally {
    canceller[Symbol.dispose]()
  }
}

/** Waits for one message; anything else is an error, as is the peer's word that it gives up. */
export async function expectStep(channel: net.Socket, step: string, patience: Patience): Promise<Message> {
  const message = await hear(channel, patience)
  if (message.step === step) return message
  if (message.step === 'abort') throw handoverError(`The other side gives up: ${message.why}`, { aborted: true })
  throw handoverError(`The other side said '${message.step.slice(0, 40)}' where '${step}' belongs`)
}

/** Tells the peer why, and ends the channel. */
export function giveUp(channel: net.Socket, error: unknown): void {
  if (!isGone(error)) say(channel, { step: 'abort', why: error instanceof Error ? error.message : String(error) })
  channel.destroySoon()
}
