import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Starts a program beside this file, whose messages say what it has done. */
export function start(name, args, user) {
  const program = fileURLToPath(new URL(name, import.meta.url))
  const options = { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'], ...user }
  return fork(program, args.map(String), options)
}

/** The answer to a command, or the start. */
export async function answerOf(child) {
  const gone = new AbortController()
  const onExit = () => gone.abort()
  child.once('exit', onExit)
  try {
    const [{ result, error }] = await once(child, 'message', { signal: gone.signal })
    if (error) throw new Error(error)
    return result
  } finally {
    child.off('exit', onExit)
  }
}

/** Tells a program to do something, and gives what comes of it. */
export function tell(child, command) {
  const answer = answerOf(child)
  child.send(command)
  return answer
}

/** Starts a server that does not listen yet. */
export async function startServer(mode, port, user, reports) {
  const child = start('server.mjs', [mode, port], user)
  const exited = once(child, 'exit')
  await answerOf(child)
  return {
    exited,
    begin: () => tell(child, 'begin'),
    end: async () => reports.push(await tell(child, 'end')),
    discard: () => child.disconnect(),
  }
}
