import dgram from 'node:dgram'
import net from 'node:net'
import type { Keep, Sound } from './sound.js'
import { hostile } from './values.js'

/** An argument by its index, or a property of it; and what it becomes. */
export type Change = readonly [place: Place, label: string]
type Place = readonly [index: number, key?: string]

/** How long a call may take that was given limits of half a second. */
const longest = 30_000

function isPlain(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype
}

function endNode(thing: net.Server | net.Socket | dgram.Socket): void {
  thing.on('error', () => {})
  if (thing instanceof net.Socket) thing.destroy()
  else if (thing instanceof net.Server) thing.close()
  else closeDatagram(thing)
}

function closeDatagram(socket: dgram.Socket): void {
  try {
    socket.close()
  } catch {
    // It was closed already.
  }
}

/** Closes what a call gave or was given, whatever that is. */
async function end(thing: unknown): Promise<void> {
  if (thing instanceof net.Server || thing instanceof net.Socket || thing instanceof dgram.Socket) endNode(thing)
  else if (thing instanceof Map) for (const each of thing.values()) await end(each)
  else if (thing !== null && typeof thing === 'object') await endOther(thing)
}

async function endOther(thing: object): Promise<void> {
  if (Symbol.dispose in thing) (thing as Disposable)[Symbol.dispose]()
  else if ('close' in thing && typeof thing.close === 'function') await thing.close()
  else if (Symbol.asyncIterator in thing) await firstOf(thing as AsyncIterable<unknown>)
}

/** The first result, which is what starts the work; leaving the loop ends it. */
async function firstOf(results: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of results) return
}

/** Makes sound arguments; gives them with what ends all that is open. */
async function sound(make: Sound, folder: string): Promise<{ args: unknown[]; finish(): Promise<void> }> {
  const kept: unknown[] = []
  const keep: Keep = (thing) => {
    kept.push(thing)
    return thing
  }
  const finish = async () => {
    for (const thing of kept) await end(thing)
  }
  return { args: await make(keep, folder), finish }
}

/** All places of a function's arguments. */
export async function placesOf(make: Sound, folder: string): Promise<Place[]> {
  const { args, finish } = await sound(make, folder)
  await finish()
  return args.flatMap((arg, index): Place[] => {
    const keys = isPlain(arg) ? Object.keys(arg) : []
    return [[index], ...keys.map((key): Place => [index, key])]
  })
}

/** Changes properties first, so that an argument that becomes something else is not looked into. */
function change(args: unknown[], changes: readonly Change[]): void {
  for (const [[index, key], label] of changes) {
    if (key !== undefined) args[index] = { ...(args[index] as object), [key]: hostile[label]?.() }
  }
  for (const [[index, key], label] of changes) {
    if (key === undefined) args[index] = hostile[label]?.()
  }
}

function isClass(run: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(run))
}

async function settle(outcome: unknown): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the call did not settle')), longest)
  })
  try {
    return await Promise.race([outcome, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What the engine itself says of an object that nobody can look into any more. */
function isDead(error: unknown): boolean {
  return error instanceof TypeError && /revoked|detached/.test(error.message)
}

/** A function, sound arguments for it, and what it stands in for, whose errors may have no code. */
export interface Subject {
  readonly run: Callable
  readonly make: Sound
  readonly twin: Callable | undefined
}

/** A function or a class. */
export type Callable = (...args: unknown[]) => unknown

function outcomeOf(run: Callable, args: unknown[]): unknown {
  return isClass(run) ? Reflect.construct(run, args) : run(...args)
}

/** Whether a function throws an error with the same text. */
async function throwsLikewise(twin: Callable | undefined, args: unknown[], error: unknown): Promise<boolean> {
  if (!twin) return false
  try {
    await end(outcomeOf(twin, args))
  } catch (other) {
    return String(other) === String(error)
  }
  return false
}

/** Calls a function with changed arguments; fails where it throws, or is rejected with, an error without a code. */
export async function call({ run, make, twin }: Subject, folder: string, changes: readonly Change[]): Promise<void> {
  const { args, finish } = await sound(make, folder)
  change(args, changes)
  try {
    await end(await settle(outcomeOf(run, args)))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const isKnown = typeof code === 'string' || isDead(error) || (await throwsLikewise(twin, args, error))
    if (!isKnown) throw error
  } finally {
    await finish()
  }
}
