import { spawnSync } from 'node:child_process'
import { command } from './command.js'

/** Runs sockctl in a terminal that is so many columns wide, and rows high, and gives all that it wrote. */
export function inTerminal(args: string, env: NodeJS.ProcessEnv = {}, columns = 60, rows = 50): string {
  const text = `stty cols ${columns} rows ${rows}; exec ${process.execPath} ${command} ${args}`
  const { NO_COLOR: _, ...rest } = process.env
  return spawnSync('script', ['-qec', text, '/dev/null'], { env: { ...rest, ...env }, encoding: 'utf8' }).stdout
}
