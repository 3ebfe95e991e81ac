import { abort } from '../../adopt/index.js'
import { tcpInfo } from '../../diag.js'
import { endOf, openPair } from './pair.js'
import { type Section, type Step, tryBind } from './step.js'

async function abortStep(): Promise<Step> {
  const { client, accepted, end } = await openPair()
  const port = accepted.remotePort ?? 0
  const { state } = tcpInfo(client)
  accepted.resume()
  const peer = endOf(accepted)
  abort(client)
  const peerSaw = await peer
  await end()
  const rebind = tryBind(port)
  return {
    did: `abort() of a connection that is ${state}`,
    saw: `the peer gets ${peerSaw}; no TIME_WAIT: the client's port ${port} can be bound at once (${rebind})`,
    holds: peerSaw === 'ECONNRESET' && rebind === 'ok',
    data: { port, state, peer: peerSaw, bind: rebind },
  }
}

async function closeStep(): Promise<Step> {
  const { client, accepted, end } = await openPair()
  const port = accepted.remotePort ?? 0
  accepted.resume()
  const both = Promise.all([endOf(accepted), endOf(client)])
  client.resume().end()
  const [peerSaw] = await both
  await end()
  const rebind = tryBind(port)
  return {
    did: 'the same with end(), the normal close',
    saw: `the peer gets a ${peerSaw}; TIME_WAIT stays: bind to the client's port ${port} gives ${rebind}`,
    holds: peerSaw === 'FIN' && rebind === 'EADDRINUSE',
    data: { port, peer: peerSaw, bind: rebind },
  }
}

/** An abortive close next to a normal one. */
export async function abortSection(): Promise<Section> {
  return {
    name: 'abort',
    title: 'An abortive close (SO_LINGER, 0 seconds)',
    steps: [await abortStep(), await closeStep()],
  }
}
