import { rmSync } from 'node:fs'
import { makeHome, mountAccount, user } from './account.js'
import { canRun, privately, type Superserver, superserver } from './superserver.js'

export { user }

/** Whether in.rshd can be started: with root, where scripts/peers.sh has put it. */
export const hasRshd = canRun('test -x /usr/sbin/in.rshd')

/** A running in.rshd that lets root of localhost in. */
export interface Rshd extends Superserver {
  /** The user's home. */
  readonly home: string
}

/** Starts in.rshd, for a user who exists for it alone. */
export async function startRshd(): Promise<Rshd> {
  const home = makeHome({ '.rhosts': 'localhost root\n' })
  const server = await superserver(privately(`${mountAccount}; exec /usr/sbin/in.rshd`, home))
  const close = async () => {
    await server.close()
    rmSync(home, { recursive: true })
  }
  return { ...server, home, close }
}
