import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The sockctl command of this checkout. */
export const command = fileURLToPath(new URL('../../bin/sockctl.js', import.meta.url))

/** Runs sockctl, as another user if asked. */
export function sockctl(
  args: readonly string[],
  uid?: number,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const who = uid === undefined ? {} : { uid, gid: uid }
  return new Promise((resolve) => {
    const options = { ...who, maxBuffer: 2 ** 26, env: { ...process.env, NO_COLOR: '1' } }
    const child = execFile(process.execPath, [command, ...args], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr })
    })
  })
}
