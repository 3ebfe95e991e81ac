import { spawnSync } from 'node:child_process'

/** Why tests that need another program's eyes cannot run here, for their names; empty where they can. */
export const whyNoPython = spawnSync('python3', ['--version']).status === 0 ? '' : ' (needs python3)'

/**
 * Runs a program of Python's and gives the JSON that it printed.
 *
 * @param argument what it reads as JSON from its input
 * @param fds the descriptors that it has, from 3 on
 */
export function python<Answer>(program: string, argument: unknown, ...fds: number[]): Answer {
  const stdio = ['pipe', 'pipe', 'inherit', ...fds] as ('pipe' | 'inherit' | number)[]
  const { stdout, error } = spawnSync('python3', ['-c', program], {
    input: JSON.stringify(argument),
    encoding: 'utf8',
    stdio,
  })
  if (error) throw error
  return JSON.parse(stdout as string) as Answer
}
