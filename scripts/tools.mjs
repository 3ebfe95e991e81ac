import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the package. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** A command of a package that this one depends on. */
export function tool(name) {
  return join(root, 'node_modules', '.bin', name)
}

/** Runs a command on this terminal, in the package's folder, and tells whether it succeeded. */
export function succeeds(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) throw error
  return status === 0
}

/** Runs a command likewise, and ends this process where it fails. */
export function run(command, args, options) {
  if (!succeeds(command, args, options)) process.exit(1)
}

/** Runs a command, and gives what it printed on its standard output. */
export function outputOf(command, args, options = {}) {
  const stdio = ['ignore', 'pipe', 'inherit']
  const { status, error, stdout } = spawnSync(command, args, { cwd: root, encoding: 'utf8', stdio, ...options })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed with ${status}:\n${stdout}`)
  return stdout.trim()
}
