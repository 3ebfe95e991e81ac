import type { LookupFunction } from 'node:net'
import { userInfo } from 'node:os'
import { Readable } from 'node:stream'
import { types } from 'node:util'
import { codedError, invalidArgType, invalidArgValue } from '../errors.js'
import { validateAddress } from '../ipaddress.js'
import {
  maxInt32,
  optional,
  validateFunction,
  validateInteger,
  validateObject,
  validateOneOf,
  validatePort,
  validateSignal,
  validateString,
} from '../validate.js'
import type { BackAddress, CommandOptions, RcmdOptions, WaitInfo } from './types.js'

/** A checked request to run a command, on any host. */
export interface RshRequest {
  readonly port: number
  readonly family: 0 | 4 | 6
  readonly lookup: LookupFunction | undefined
  /** The names and the command, each ended by a zero byte. */
  readonly words: string
  readonly separate: boolean
  readonly backAddress: BackAddress
  readonly localAddress: string | undefined
  readonly portTimeout: number
  readonly connectTimeout: number
  readonly backTimeout: number
  readonly replyTimeout: number
  readonly silenceTimeout: number
  readonly refusals: readonly string[]
  readonly onWait: ((info: WaitInfo) => void) | undefined
  readonly input: Input
}

/** What a command reads. */
export type Input = 'none' | 'stream' | 'end' | Readable | Uint8Array

const defaultPort = 514
const limits = {
  portTimeout: 120_000,
  connectTimeout: 30_000,
  backTimeout: 30_000,
  replyTimeout: 60_000,
  silenceTimeout: 0,
} as const

/** Checks a text that a zero byte ends. */
function validateWord(value: unknown, name: string): asserts value is string {
  validateString(value, name)
  if (value.includes('\0')) throw invalidArgValue(name, value, 'must not have a zero byte in it')
}

/** The name of this process's user, which a container may not know. */
function ownName(): string {
  try {
    return userInfo().username
  } catch (error) {
    const what = `user ${process.getuid?.()} has no name on this machine, and options.localUser gives none`
    throw Object.assign(codedError('ENOENT', what), { cause: error })
  }
}

function checkNames(options: CommandOptions): string {
  const { localUser = ownName(), command } = options
  const { remoteUser = localUser } = options
  validateWord(localUser, 'options.localUser')
  validateWord(remoteUser, 'options.remoteUser')
  validateWord(command, 'options.command')
  return `${localUser}\0${remoteUser}\0${command}\0`
}

function checkChoices(options: CommandOptions): void {
  if (options.port !== undefined) validatePort(options.port, 'options.port')
  if (options.family !== undefined) validateOneOf(options.family, 'options.family', [0, 4, 6])
  if (options.stderr !== undefined) validateOneOf(options.stderr, 'options.stderr', ['separate', 'joined'])
  if (options.backAddress !== undefined) validateOneOf(options.backAddress, 'options.backAddress', ['any', 'dialled'])
  if (options.localAddress !== undefined) validateAddress(options.localAddress, 'options.localAddress')
  optional(options.signal, 'options.signal', validateSignal)
  optional(options.lookup, 'options.lookup', validateFunction)
  optional(options.onWait, 'options.onWait', validateFunction)
}

function checkRefusals(refusals: unknown): readonly string[] {
  if (refusals === undefined) return ['Authentication failure\n']
  if (!Array.isArray(refusals)) throw invalidArgType('options.refusals', 'an array of strings', refusals)
  for (const text of refusals) validateString(text, 'options.refusals')
  return refusals as string[]
}

function checkInput(input: unknown): Input {
  if (input === undefined || input === 'none' || input === 'stream' || input === 'end') return input ?? 'none'
  if (typeof input === 'string') return Buffer.from(input)
  if (types.isUint8Array(input) || input instanceof Readable) return input
  throw invalidArgType('options.stdin', 'a string, a Uint8Array or a Readable', input)
}

function checkLimits(options: CommandOptions): Record<keyof typeof limits, number> {
  const checked = { ...limits } as Record<keyof typeof limits, number>
  for (const name of Object.keys(limits) as (keyof typeof limits)[]) {
    const value = options[name]
    if (value === undefined) continue
    validateInteger(value, `options.${name}`, 0, maxInt32)
    checked[name] = value
  }
  return checked
}

/** Checks what is to be run, without a system call. */
export function checkCommand(given: unknown): RshRequest {
  validateObject(given, 'options')
  const options = given as unknown as RcmdOptions
  checkChoices(options)
  return {
    port: options.port ?? defaultPort,
    family: options.family ?? 0,
    lookup: options.lookup,
    words: checkNames(options),
    separate: options.stderr !== 'joined',
    backAddress: options.backAddress ?? 'any',
    localAddress: options.localAddress,
    ...checkLimits(options),
    refusals: checkRefusals(options.refusals),
    onWait: options.onWait,
    input: checkInput(options.stdin),
  }
}
