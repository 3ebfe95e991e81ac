import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { tcpStates } from '../sockets/network.js'
import { nobody } from '../support.js'
import { canRun, privately } from './superserver.js'
import { unpacked } from './unpacked.js'

const lpd = join(unpacked, 'usr/sbin/lpd')

/** Whether LPRng's lpd can be started: with root, where scripts/peers.sh has unpacked it. */
export const hasLprng = canRun(`test -x ${lpd}`)

/** A running LPRng with one printer, lp, which takes connections from the ports 721 to 731 alone. */
export interface Lprng {
  readonly port: number
  /** What the printer has printed so far. */
  printed(): string
  close(): Promise<void>
}

// Its settings are at absolute paths, and its printer is a file. Not exec: it changes its user, with which it forgets
// that it is to end with who started it.
const start = `mount -t overlay overlay -o lowerdir="$0/etc":/etc /etc; mount -t tmpfs tmpfs /run
  ${lpd} -F -p 515; exit`

/** Makes a folder with a printer, and with what is laid over /etc. */
function makePrinter(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sockctl-lprng-'))
  chmodSync(folder, 0o755)
  for (const path of ['etc', 'etc/lprng', 'spool']) mkdirSync(join(folder, path))
  const files = {
    'etc/lprng/lpd.conf': `lockfile=${folder}/lock\nunix_socket_path=off\nuser=nobody\ngroup=nogroup\n`,
    'etc/lprng/lpd.perms': 'REJECT SERVICE=X NOT PORT=721-731\nDEFAULT ACCEPT\n',
    'etc/printcap': `lp:sd=${folder}/spool:lp=${folder}/paper:sh:mx=0:server\n`,
    paper: '',
  }
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
  for (const path of ['spool', 'paper']) chownSync(join(folder, path), nobody, nobody)
  chmodSync(join(folder, 'spool'), 0o700)
  return folder
}

/** Starts LPRng on port 515 of the network namespace that the tests are in. */
export async function startLprng(): Promise<Lprng> {
  const folder = makePrinter()
  const port = 515
  const [file, ...args] = privately(start, folder)
  const child = spawn(file, args, { stdio: 'ignore', env: { ...process.env, LD_PRELOAD: '' } })
  const close = async () => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    rmSync(folder, { recursive: true })
  }
  // It makes its socket itself, and tells nobody.
  try {
    await vi.waitUntil(() => tcpStates(port).includes('LISTEN'), { timeout: 10_000 })
  } catch (error) {
    await close()
    throw error
  }
  return { port, printed: () => readFileSync(join(folder, 'paper'), 'utf8'), close }
}
