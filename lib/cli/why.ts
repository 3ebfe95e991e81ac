import { setTimeout as delay } from 'node:timers/promises'
import { Command } from 'commander'
import colors from 'picocolors'
import { shown } from '../diag/explain/words.js'
import { type AddressQuery, type Cause, type Explanation, explainAddressInUse } from '../diag.js'
import { addBudgetOptions, type BudgetFlags, runBudget } from './budget.js'
import { addHelp } from './help.js'
import { type Finish, say, sayJson } from './print.js'
import { Screen } from './screen.js'
import { parseTarget } from './target.js'

interface WhyFlags extends BudgetFlags {
  readonly udp?: boolean
  readonly reuseAddress?: boolean
  readonly reusePort?: boolean
  readonly probe?: boolean
  readonly watch?: boolean
}

const exitCodes = `
Exits 0 when nothing is in the way, so that \`sockctl why 8080 && node server.js\` reads as it should; 1 when something
is, or that cannot be known without --probe; 2 for wrong use. With --budget it exits 1 when all ports to the destination
are held right now.`

const ofBudget = ['close', 'duration', 'localAddress', 'latePort'] as const
const ofUse = ['udp', 'reuseAddress', 'reusePort', 'probe', 'watch'] as const

/** Tells what does not go together; undefined where everything does. */
function misuse(target: AddressQuery | undefined, flags: WhyFlags): string | undefined {
  if (!flags.budget) {
    if (ofBudget.some((name) => flags[name] !== undefined)) {
      return '--close, --duration, --local-address and --late-port take --budget'
    }
    return target ? undefined : "missing required argument 'target'"
  }
  if (ofUse.some((name) => flags[name] !== undefined)) {
    return '--udp, --reuse-address, --reuse-port, --probe and --watch do not go with --budget'
  }
  return target?.path === undefined ? undefined : '--budget takes address:port'
}

function mark({ blocks }: Cause): string {
  if (blocks === 'unknown') return colors.yellow('perhaps')
  return blocks ? colors.red('in the way') : colors.green('free')
}

function sayCause(cause: Cause): void {
  say(`${mark(cause)} ${colors.bold(cause.kind)}  ${cause.text}`)
  for (const { pid, commandLine, apart = [] } of cause.owners) {
    if (commandLine !== '') say(colors.dim(`  ${pid}: ${shown(commandLine)}`))
    if (apart.length > 0) say(colors.dim(`  ${pid}: in other namespaces than this command: ${apart.join(', ')}`))
  }
  if (cause.doubt !== undefined) say(colors.dim(`  not known: ${cause.doubt}`))
}

/** Writes an explanation for people. */
export function sayExplanation({ causes, advice, free }: Explanation): void {
  for (const cause of causes) sayCause(cause)
  if (free === true) return
  say()
  say('What to do, the most harmless first:')
  for (const { text } of advice) say(`- ${text}`)
}

const period = 1000

/** Shows what changes, second by second, until nothing is in the way. */
async function watch(explain: () => Explanation, json: boolean): Promise<void> {
  const screen = new Screen()
  for (;;) {
    const explanation = explain()
    if (json) sayJson(explanation, 0)
    else screen.show(() => sayExplanation(explanation))
    if (explanation.free === true) return
    await delay(Math.min(period, Math.max(explanation.freeInMs ?? period, 1)))
  }
}

async function run(target: AddressQuery, flags: WhyFlags, finish: Finish): Promise<void> {
  const { udp, reuseAddress, reusePort, probe, json = false } = flags
  const query = { ...target, protocol: udp ? ('udp' as const) : undefined, reuseAddress, reusePort }
  const explain = () => explainAddressInUse(query, { probe })
  if (flags.watch) {
    await watch(explain, json)
    return
  }
  const explanation = explain()
  if (json) sayJson(explanation)
  else sayExplanation(explanation)
  if (explanation.free !== true) finish(1)
}

/** `sockctl why`: what is in the way of a bind, until when, and what to do. */
export function whyCommand(finish: Finish): Command {
  const command = new Command('why')
    .description('say why a port, address or path is in use, until when, and what to do about it')
    .argument('[target]', 'a port, an address, address:port, [address]:port, /path or @abstract-name', parseTarget)
    .option('--udp', 'a UDP port instead of a TCP one')
    .option('--reuse-address', 'as a socket with SO_REUSEADDR sees it')
    .option('--reuse-port', 'as a socket with SO_REUSEPORT sees it')
    .option('--probe', 'find out by a brief bind what the kernel does not tell')
    .option('--watch', 'go on until nothing is in the way')
    .option('--json', 'print JSON; with --watch, a line each time')
  return addHelp(addBudgetOptions(command), exitCodes).action(
    async (target: AddressQuery | undefined, flags: WhyFlags) => {
      const wrong = misuse(target, flags)
      if (wrong !== undefined) command.error(`error: ${wrong}`)
      if (flags.budget) runBudget(target, flags, finish)
      else await run(target ?? {}, flags, finish)
    },
  )
}
