import { types } from 'node:util'
import { abortError, invalidArgType, invalidArgValue } from '../errors.js'
import { maxInt32, optional, validateBoolean, validateFunction, validateInteger, validateObject } from '../validate.js'
import type { HostResult, OnData } from './collector.js'
import { checkCommand } from './request.js'
import { Run, type RunRequest } from './run.js'
import type { CommandOptions } from './types.js'

export type { HostResult } from './collector.js'

/** What `multiRsh` is to do on every host. */
export interface MultiRshOptions extends CommandOptions {
  /** What each command reads: nothing, or the text or bytes, before its input ends. @default 'none', whose input never ends */
  stdin?: 'none' | 'end' | Uint8Array | (string & {}) | undefined
  /** How many commands may be on their way at once. @default 32 */
  fanout?: number | undefined
  /** How long each command may take as a whole, in ms; 0 without end. @default 0 */
  timeout?: number | undefined
  /** Whether the results come in the order of the hosts, not as they end. @default false */
  inOrder?: boolean | undefined
  /**
   * Takes the output as it comes, instead of its being collected. No more comes of a channel until the promise that it
   * returns is resolved; what it throws cuts that command short.
   */
  onData?: OnData | undefined
  /** How much of the output of each host is collected, in bytes; more cuts that command short. @default 16 MiB */
  maxOutput?: number | undefined
}

const defaultFanout = 32
const defaultMaxOutput = 16 * 1024 * 1024

function check(given: unknown): RunRequest {
  validateObject(given, 'options')
  const options = given as unknown as MultiRshOptions
  const command = checkCommand(given)
  const { input } = command
  if (input !== 'none' && input !== 'end' && !types.isUint8Array(input)) {
    throw invalidArgValue('options.stdin', options.stdin, 'must be bytes, or a string, which all hosts can be sent')
  }
  if (options.fanout !== undefined) validateInteger(options.fanout, 'options.fanout', 1, maxInt32)
  if (options.timeout !== undefined) validateInteger(options.timeout, 'options.timeout', 0, maxInt32)
  if (options.maxOutput !== undefined) validateInteger(options.maxOutput, 'options.maxOutput', 0, maxInt32)
  optional(options.inOrder, 'options.inOrder', validateBoolean)
  optional(options.onData, 'options.onData', validateFunction)
  const { maxOutput = defaultMaxOutput, onData, fanout = defaultFanout, timeout = 0, inOrder = false } = options
  return { command, collecting: { maxOutput, onData }, fanout, timeout, inOrder }
}

/** The iterator of any iterable, be it asynchronous or not. */
function iteratorOf(hosts: unknown): Iterator<string> | AsyncIterator<string> {
  const iterable = hosts as Partial<AsyncIterable<string> & Iterable<string>>
  if (typeof hosts === 'object' && hosts !== null) {
    const iterator = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]?.()
    if (iterator) return iterator
  }
  throw invalidArgType('hosts', 'an iterable of strings', hosts)
}

/**
 * Runs a command on many hosts, some of them at a time. A host is a name or an address; `name:port` and `[address]:port`
 * have a port of their own.
 *
 * What goes wrong on a host is in its result, and stops no other. Hosts are taken from the iterable, and commands started,
 * only while fewer than `fanout` are on their way and fewer than four times as many results wait to be taken. Leaving the
 * loop cuts short what is on its way.
 *
 * @param hosts the hosts, of any iterable
 * @param options what to run, and how
 * @returns the results, as they come
 * @throws TypeError or RangeError for a bad option, at once; while it runs an AbortError, or what `hosts` throws
 */
export function multiRsh(
  hosts: Iterable<string> | AsyncIterable<string>,
  options: MultiRshOptions,
): AsyncIterableIterator<HostResult> {
  const request = check(options)
  const { signal } = options
  return results(new Run(request, iteratorOf(hosts)), signal)
}

async function* results(run: Run, signal: AbortSignal | undefined): AsyncGenerator<HostResult, void, undefined> {
  const onAbort = () => run.end(abortError(signal as AbortSignal))
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  try {
    run.begin()
    for (;;) {
      const result = run.take()
      if (result) yield result
      else if (run.isOver) return
      else await run.change()
    }
  } finally {
    signal?.removeEventListener('abort', onAbort)
    run.end(undefined)
  }
}
