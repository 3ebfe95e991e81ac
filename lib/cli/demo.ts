import { Command } from 'commander'
import colors from 'picocolors'
import { abortSection } from './demo/abort.js'
import { reservedSection } from './demo/reserved.js'
import type { Section, Step } from './demo/step.js'
import { stigmaSection } from './demo/stigma.js'
import { stuckSection } from './demo/stuck.js'
import { type Finish, say, sayJson } from './print.js'

function mark({ holds }: Step): string {
  if (holds === undefined) return colors.yellow('skipped')
  return holds ? colors.green('ok') : colors.red('NOT AS EXPECTED')
}

function sayStep(step: Step): void {
  say(`  ${step.did}`)
  say(`    ${step.saw}  [${mark(step)}]`)
  if (step.missing !== undefined) for (const line of step.missing.split('\n')) say(colors.dim(`    ${line}`))
}

function saySection({ title, steps }: Section): void {
  say(colors.bold(title))
  for (const step of steps) sayStep(step)
  say()
}

function saySummary(steps: readonly Step[]): void {
  const skipped = steps.filter((step) => step.holds === undefined).length
  const held = steps.filter((step) => step.holds).length
  say(`${held} of ${steps.length} as expected${skipped > 0 ? `, ${skipped} skipped for want of privilege` : ''}`)
}

/** Says what to do in a namespace that is new. */
function explain(error: NodeJS.ErrnoException): never {
  if (error.code === 'ENETUNREACH') error.message += '; the loopback interface is down: ip link set lo up'
  throw error
}

/** `sockctl demo`: the main jobs on loopback, each shown by what the other side saw. */
export function demoCommand(finish: Finish): Command {
  return new Command('demo')
    .description('show reserved ports, aborts, shadowing binds and stuck ports on loopback')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const sections: Section[] = []
      for (const make of [reservedSection, abortSection, stigmaSection, stuckSection]) {
        const section = await make().catch(explain)
        sections.push(section)
        if (!json) saySection(section)
      }
      const steps = sections.flatMap((section) => section.steps)
      if (json) sayJson(sections)
      else saySummary(steps)
      if (steps.some((step) => step.holds === false)) finish(1)
    })
}
