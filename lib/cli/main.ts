import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { auditCommand } from './audit.js'
import { demoCommand } from './demo.js'
import { inspectCommand } from './inspect.js'
import { matrixCommand } from './matrix.js'
import { optionsCommand } from './options.js'
import { watchCommand } from './watch.js'

const wrongUse = 2

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** The exit code of an error: 0 after --help and --version, 2 after wrong use. */
function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : wrongUse
  process.stderr.write(`sockctl: ${(error as Error).message}\n`)
  const { code } = error as { code?: string }
  return code?.startsWith('ERR_INVALID_ARG') ? wrongUse : 1
}

/**
 * Runs the `sockctl` command.
 *
 * @param argv as `process.argv`
 * @returns the exit code: 0, 1 when the answer is no, 2 for wrong use
 */
export async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0
  const finish = (code: number) => {
    exitCode = code
  }
  const program = new Command('sockctl')
    .description('socket control: options, reserved ports, aborts, and what the kernel makes of two binds')
    .version(version())
    .exitOverride()
  const commands = [
    auditCommand(finish),
    demoCommand(finish),
    inspectCommand(finish),
    matrixCommand(finish),
    optionsCommand(finish),
    watchCommand(),
  ]
  for (const command of commands) program.addCommand(command.exitOverride())
  try {
    await program.parseAsync(argv)
    return exitCode
  } catch (error) {
    return exitCodeOf(error)
  }
}
