import { addAbortSignal } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { shown, timeText } from '../../diag/explain/words.js'
import { type MultiRshOptions, multiRsh, type WaitInfo } from '../../rsh.js'
import { BarePrinter } from './bare.js'
import { GroupPrinter } from './group.js'
import { Interrupt } from './interrupt.js'
import { JsonPrinter } from './json.js'
import { PrefixPrinter } from './prefix.js'
import type { Outcome, Printer } from './printer.js'
import { Progress } from './progress.js'
import { foldHosts } from './ranges.js'
import { withStatus } from './status.js'

/** What the command line says. */
export interface RshFlags {
  readonly hosts: string[]
  readonly exclude?: string[]
  readonly fanout: number
  readonly user?: string
  readonly connectTimeout: number
  readonly timeout: number
  readonly port?: number
  readonly prefix: boolean
  readonly group?: boolean
  readonly json?: boolean
  readonly joined?: boolean
  readonly stdin?: boolean
  readonly status?: boolean
}

function printerOf({ status = false, ...flags }: RshFlags, progress: Progress): Printer {
  if (flags.json) return new JsonPrinter(status)
  if (flags.group) return new GroupPrinter(status)
  return flags.prefix ? new PrefixPrinter(status, progress) : new BarePrinter(status, progress)
}

function optionsOf(words: readonly string[], flags: RshFlags): MultiRshOptions {
  const text = words.join(' ')
  return {
    command: flags.status ? withStatus(text) : text,
    fanout: flags.fanout,
    port: flags.port,
    remoteUser: flags.user,
    connectTimeout: flags.connectTimeout * 1000,
    timeout: flags.timeout * 1000,
    stderr: flags.joined ? 'joined' : 'separate',
  }
}

/** What is wrong with what came of a host; undefined where nothing is. */
function complaintOf({ host, error, status }: Outcome, takesStatus: boolean): string | undefined {
  const name = `rsh ${host}: `
  // An error of the system's names an address at most.
  if (error) return shown(error.message.startsWith('rsh ') ? error.message : name + error.message)
  if (!takesStatus || status === 0) return undefined
  return `${name}${status === undefined ? 'the command told no exit status' : `the command exited with ${status}`}`
}

function waitText({ address, reason, nextMs }: WaitInfo): string {
  const when = nextMs === undefined ? '' : `, the next is free in ${timeText(nextMs)}`
  return `; waits for a ${reason} to ${address}${when}`
}

/** Whether no host can do better: this process may not bind a reserved port. */
function lacksPrivilege(error: Error | undefined): error is NodeJS.ErrnoException {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException
  return code === 'EACCES' && syscall === 'bind'
}

/** How many hosts a message names at most. */
const mostNamed = 100

function namesOf(hosts: ReadonlySet<string>): string {
  const named = foldHosts([...hosts].slice(0, mostNamed))
  return hosts.size > mostNamed ? `${named} and ${hosts.size - mostNamed} more` : named
}

/**
 * Runs a command on hosts and prints what comes; gives the exit code.
 *
 * @param left the hosts, each of which is taken out when it is done with
 */
export async function runOn(left: Set<string>, words: readonly string[], flags: RshFlags): Promise<number> {
  using interrupt = new Interrupt()
  const progress = new Progress(left.size)
  const printer = printerOf(flags, progress)
  let exitCode = 0
  const complain = (text: string) => {
    progress.clear()
    process.stderr.write(`sockctl: ${text}\n`)
  }
  try {
    const options: MultiRshOptions = {
      ...optionsOf(words, flags),
      stdin: flags.stdin ? await buffer(addAbortSignal(interrupt.signal, process.stdin)) : 'none',
      signal: interrupt.signal,
      onData: printer.onData as MultiRshOptions['onData'],
      onWait: (info) => progress.note(waitText(info)),
    }
    progress.draw()
    for await (const result of multiRsh(left, options)) {
      if (lacksPrivilege(result.error)) throw result.error
      left.delete(result.host)
      const outcome = await printer.result(result)
      const complaint = complaintOf(outcome, flags.status ?? false)
      if (complaint !== undefined) {
        exitCode = 1
        complain(complaint)
      }
      progress.count(complaint === undefined)
    }
  } catch (error) {
    if (interrupt.exitCode === undefined) throw error
    complain(`ended before it was done on ${namesOf(left)}`)
    exitCode = interrupt.exitCode
  } finally {
    progress.clear()
    printer.end()
  }
  return exitCode
}
