import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { later } from '../diag/situations.js'

const host = '127.0.0.1'

/** A server in a process of its own, and its port. */
export async function foreignServer(more = '', where = `0, '${host}'`): Promise<{ child: ChildProcess; port: number }> {
  const program = `${more}
    const server = require('node:net').createServer().listen(${where}, () => console.log(server.address().port ?? 0))`
  const child = spawn(process.execPath, ['--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  later(() => void child.kill('SIGKILL'))
  const [text] = await once(child.stdout as NonNullable<typeof child.stdout>, 'data')
  return { child, port: Number(text) }
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sockctl-free-'))
  later(() => rmSync(folder, { recursive: true }))
  return folder
}
