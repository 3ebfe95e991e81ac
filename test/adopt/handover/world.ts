import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach } from 'vitest'
import { built } from '../../support.js'

/** A program in a process of its own, that answers commands. */
export interface Program {
  readonly pid: number
  /** Sends a command. */
  send(command: string): void
  /** Sends a command and waits for the answer. */
  tell(command: string): Promise<unknown>
  /** The next message that fits. */
  message<Message>(fits: (message: Record<string, unknown>) => boolean): Promise<Message>
  readonly exited: Promise<unknown>
}

/**
 * Gives a function that starts programs, which are ended after each test: as a user that they become once all is loaded, or
 * by a command that starts others.
 */
export function keepPrograms(): (text: string, user?: number, starter?: readonly string[]) => Promise<Program> {
  const children: ChildProcess[] = []
  afterEach(async () => {
    await Promise.all(
      children.splice(0).map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return
        child.kill('SIGKILL')
        await once(child, 'exit')
      }),
    )
  })
  return async (text, user, starter = []) => {
    const program = `
      import * as sockctl from '${built}index.js'
      import * as handover from '${built}handover.js'
      ${user === undefined ? '' : `process.setgroups([]); process.setgid(${user}); process.setuid(${user});`}
      const post = (message) => process.send(message)
      ${text}`
    const [command, ...args] = [...starter, process.execPath, '--input-type=module', '--eval', program]
    const child = spawn(command as string, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    children.push(child)
    return programOf(child)
  }
}

function programOf(child: ChildProcess): Program {
  const heard: Record<string, unknown>[] = []
  child.on('message', (message) => heard.push(message as Record<string, unknown>))
  const exited = once(child, 'exit')
  const message = async <Message>(fits: (message: Record<string, unknown>) => boolean) => {
    for (let index = 0; ; index++) {
      while (index >= heard.length) {
        const more = await Promise.race([once(child, 'message').then(() => true), exited.then(() => false)])
        if (!more && index >= heard.length) throw new Error(`it ended after ${JSON.stringify(heard)}`)
      }
      if (fits(heard[index] as Record<string, unknown>)) return heard[index] as Message
    }
  }
  const tell = (command: string) => {
    const from = heard.length
    child.send(command)
    return message((one) => heard.indexOf(one) >= from && one.answer === command)
  }
  return { pid: child.pid as number, send: (command) => child.send(command), tell, message, exited }
}
