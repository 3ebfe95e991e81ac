import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { BareSocket } from '../../lib/index.js'

/** Leaves the file of a socket behind, without the socket. */
export function leaveStale(path: string): void {
  using socket = new BareSocket('unix')
  socket.listen(1, { path })
}

/** Has a process listen at a path, and kills it. */
export async function killListener(path: string): Promise<void> {
  const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.send('listening'))`
  const child = spawn(process.execPath, ['--eval', program], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  await once(child, 'message')
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
