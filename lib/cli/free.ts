import { createInterface } from 'node:readline/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import { hasCapability } from '../diag/capability.js'
import { destroysOrphans } from '../diag/destroy.js'
import { pathText, programOf } from '../diag/explain/words.js'
import { endProcess, endRefusal } from '../diag/release/process.js'
import { type Removal, removeOrphans, removeRemnants, removeStalePath } from '../diag/release/remnants.js'
import { type AddressQuery, type CauseOwner, type Explanation, explainAddressInUse } from '../diag.js'
import { addHelp } from './help.js'
import { type Finish, say, sayJson } from './print.js'
import { parseTarget } from './target.js'
import { sayExplanation } from './why.js'

interface FreeFlags {
  readonly udp?: boolean
  readonly wait?: boolean
  readonly yes?: boolean
  readonly kill?: boolean
  readonly json?: boolean
}

/** What was done, and why something was not, in the order in which it happened. */
type Log = (line: string) => void

const help = `
Nothing is done to a free port. Remnants (TIME_WAIT, FIN_WAIT_2) are removed where CAP_NET_ADMIN allows it, and so is the
file of a Unix socket that nobody has bound. You are asked before a process that has the port open is ended with SIGTERM,
and before what a closed connection still has to send (FIN_WAIT_1, CLOSING, LAST_ACK) is thrown away.

Exits 0 when the port is free by then, 1 when it is not, 2 for wrong use.`

const patience = 5000

const elsewhere = 'its socket is in another network namespace, where it cannot be seen whether it still has it'

async function agrees(question: string, yes: boolean): Promise<boolean> {
  if (yes) return true
  if (!process.stdin.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}

/** Why what was asked for is not done. */
function refusedWord(option: string): string {
  return process.stdin.isTTY ? 'not agreed to' : option
}

/** Who is to end, and who with it. */
function nameOf({ innerPid, ...owner }: CauseOwner): string {
  const inner = innerPid === undefined ? '' : `, which is ${innerPid} in its own PID namespace`
  const others = innerPid === 1 ? ', so that all others there end with it' : ''
  return `${programOf(owner)} (pid ${owner.pid}${inner}${others})`
}

async function endOwner(owner: CauseOwner, { causes }: Explanation, flags: FreeFlags, log: Log): Promise<void> {
  const name = nameOf(owner)
  const sockets = causes.flatMap((cause) => cause.sockets)
  const refusal = sockets.length === 0 ? elsewhere : endRefusal(owner)
  if (refusal !== undefined) {
    log(`${name} is left alone: ${refusal}`)
    return
  }
  if (!(await agrees(`End ${name}?`, flags.yes ?? false))) {
    log(`${name} is left alone: ${refusedWord('--yes would end it')}`)
    return
  }
  let outcome = await endProcess(owner.pid, sockets, 'SIGTERM', patience)
  if (outcome === 'stays' && flags.kill) outcome = await endProcess(owner.pid, sockets, 'SIGKILL', patience)
  if (outcome === 'stays') log(`${name} did not end within ${patience / 1000} s: --kill would end it with SIGKILL`)
  else log(outcome === 'gone' ? `${name} ended` : `${name}: ${outcome}`)
}

function logRemoval({ removed, refusal }: Removal, noun: string, plural: string, log: Log): void {
  if (removed > 0) log(`removed ${removed} ${removed === 1 ? noun : plural}`)
  if (refusal !== undefined) log(`a ${noun} stays: ${refusal}${refusal === 'EPERM' ? ' (it takes CAP_NET_ADMIN)' : ''}`)
}

function clear({ causes, attempts }: Explanation, log: Log): void {
  logRemoval(removeRemnants(causes), 'remnant', 'remnants', log)
  const path = attempts[0]?.path
  if (path === undefined || !causes.some(({ kind }) => kind === 'stale-path')) return
  const { removed, refusal } = removeStalePath(path)
  if (removed > 0) log(`removed ${pathText(path)}`)
  if (refusal !== undefined) log(`${pathText(path)} stays: ${refusal}`)
}

/** Throws away what closed connections still have to send, if that is agreed to and nothing else is in the way. */
async function dropOrphans({ causes }: Explanation, flags: FreeFlags, log: Log): Promise<void> {
  const entries = causes.flatMap(({ sockets }) => sockets)
  if (entries.length === 0 || !causes.every(({ kind }) => kind === 'orphan')) return
  // The queue counts the FIN.
  const unsent = entries.reduce((sum, { sendQueue = 1 }) => sum + sendQueue - 1, 0)
  const what = `what ${entries.length === 1 ? 'a closed connection has' : 'closed connections have'} left to send`
  if (!destroysOrphans()) log(`${what} stays: this kernel cannot throw it away`)
  else if (hasCapability('CAP_NET_ADMIN') === false) log(`${what} stays: EPERM (it takes CAP_NET_ADMIN)`)
  else if (!(await agrees(`Throw away ${what} (${unsent} bytes)?`, flags.yes ?? false)))
    log(`${what} stays: ${refusedWord('--yes would throw it away')}`)
  else logRemoval(removeOrphans(causes), 'closed connection', 'closed connections', log)
}

/** Does what is harmless, asks about the rest, and waits for remnants if that is wanted. */
async function release(explain: () => Explanation, flags: FreeFlags, log: Log): Promise<Explanation> {
  let explanation = explain()
  if (explanation.free === true) return explanation
  clear(explanation, log)
  explanation = explain()
  const owners = new Map(explanation.causes.flatMap((cause) => cause.owners).map((owner) => [owner.pid, owner]))
  for (const owner of owners.values()) await endOwner(owner, explanation, flags, log)
  if (owners.size > 0) {
    explanation = explain()
    // What ended processes leave: a remnant, or a file.
    if (explanation.causes.every((cause) => cause.owners.length === 0)) clear(explanation, log)
    explanation = explain()
  }
  await dropOrphans(explanation, flags, log)
  explanation = explain()
  while (flags.wait && explanation.free !== true && explanation.freeInMs !== undefined) {
    await delay(Math.max(explanation.freeInMs, 1))
    explanation = explain()
  }
  return explanation
}

/** `sockctl free`: makes a port free in the most harmless way. */
export function freeCommand(finish: Finish): Command {
  const command = new Command('free')
    .description('make a port, or the path of a Unix socket, free in the most harmless way')
    .argument('<target>', 'a port, address:port, [address]:port or /path', parseTarget)
    .option('--udp', 'a UDP port instead of a TCP one')
    .option('--wait', 'wait for remnants that cannot be removed')
    .option('--yes', 'end processes, and throw away what is left to send, without asking')
    .option('--kill', 'use SIGKILL on a process that SIGTERM did not end')
    .option('--json', 'print JSON')
  return addHelp(command, help).action(async (target: AddressQuery, flags: FreeFlags) => {
    const { port, path } = target
    if (port === undefined && path === undefined)
      command.error('error: it takes a port or a path, not an address alone')
    const query = { ...target, protocol: flags.udp ? ('udp' as const) : undefined }
    const done: string[] = []
    const log = (line: string) => {
      done.push(line)
      if (!flags.json) say(line)
    }
    const explanation = await release(() => explainAddressInUse(query), flags, log)
    if (flags.json) sayJson({ free: explanation.free, done, explanation })
    else sayExplanation(explanation)
    if (explanation.free !== true) finish(1)
  })
}
