import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../../root.js'

// From the built package, wherever this file itself was loaded from: a child takes no TypeScript.
const programs = new URL('dist/cli/demo/', packageRoot)

/** Starts one of the programs of this folder. */
export function startChild(name: string, args: readonly string[] = []): ChildProcess {
  const program = fileURLToPath(new URL(`${name}.js`, programs))
  return fork(program, args, { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
}

/** Waits for the next message of a child. */
export function messageOf<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('a child process of the demonstration ended early'))
    child.once('exit', onExit).once('error', reject)
    child.once('message', (message) => {
      child.off('exit', onExit).off('error', reject)
      resolve(message as Message)
    })
  })
}
