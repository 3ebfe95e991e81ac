import { readFileSync } from 'node:fs'
import type { SystemError } from '../../errors.js'
import { BareSocket, bindReservedPort } from '../../sockets/index.js'
import { messageOf, startChild } from './child.js'
import { endOf, openPair } from './pair.js'
import { host, howToBindReserved, rootInside, type Section, type Step, tryBind } from './step.js'
import type { UnprivilegedOutcome } from './unprivileged.js'

/** The lowest port that this system lets everybody bind. */
function unprivilegedStart(): number {
  return Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'))
}

/** What a bind to a reserved port gives a process without privilege: one that becomes `nobody`, if it has to. */
async function unprivilegedStep(): Promise<Step> {
  const did = 'an unprivileged user binds a reserved port'
  const outcome = await messageOf<UnprivilegedOutcome>(startChild('unprivileged'))
  const { uid, code, port } = outcome
  if (uid === 0) return { did, saw: `not tried: ${code}`, missing: rootInside }
  const saw = code === 'ok' ? `uid ${uid} may: it got port ${port}` : `uid ${uid} gets ${code} from bind`
  const isAllowed = port !== undefined && port >= unprivilegedStart()
  return { did, saw, holds: code === 'EACCES' || isAllowed, data: { ...outcome } }
}

/** The next pick of a reserved port, started at a port that is in TIME_WAIT. */
function nextPick(port: number): number {
  const socket = new BareSocket('ipv4')
  try {
    return bindReservedPort(socket, { start: port, address: host })
  } finally {
    socket.close()
  }
}

async function privilegedSteps(): Promise<Step[]> {
  const { client, accepted, end } = await openPair({ localPort: 'reserved' })
  const port = accepted.remotePort ?? 0
  const seen: Step = {
    did: "connect({ localPort: 'reserved' })",
    saw: `the server sees the client come from port ${port}`,
    holds: port > 0 && port < 1024,
    data: { remotePort: port },
  }
  const goodbye = Promise.all([endOf(accepted), endOf(client)])
  accepted.resume()
  client.resume().end()
  await goodbye
  await end()
  const [plain, reuse] = [tryBind(port), tryBind(port, true)]
  const timeWait: Step = {
    did: 'the client closes first, as most do',
    saw: `its port ${port} is in TIME_WAIT: bind gives ${plain}, with SO_REUSEADDR ${reuse} (the old socket had it off)`,
    holds: plain === 'EADDRINUSE' && reuse === 'EADDRINUSE',
    data: { port, bind: plain, bindWithReuse: reuse },
  }
  const next = nextPick(port)
  const avoided: Step = {
    did: `bindReservedPort starting at port ${port}`,
    saw: `it skips the remnant and takes port ${next}`,
    holds: next !== port && next < 1024,
    data: { start: port, next },
  }
  return [seen, timeWait, avoided]
}

async function privilegedOrMissing(): Promise<Step[]> {
  try {
    return await privilegedSteps()
  } catch (error) {
    if ((error as SystemError).code !== 'EACCES') throw error
    const did = "connect({ localPort: 'reserved' }), TIME_WAIT on a reserved port, and the next pick"
    return [{ did, saw: 'EACCES from bind: ports below 1024 are reserved', missing: howToBindReserved }]
  }
}

/** Reserved ports: from Node, with and without privilege, and after a close. */
export async function reservedSection(): Promise<Section> {
  const steps = [...(await privilegedOrMissing()), await unprivilegedStep()]
  return { name: 'reserved', title: 'A client on a reserved port', steps }
}
