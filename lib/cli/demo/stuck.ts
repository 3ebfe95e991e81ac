import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { connect, listen } from '../../adopt/index.js'
import { setOption } from '../../options/index.js'
import { BareSocket } from '../../sockets/index.js'
import { messageOf, startChild } from './child.js'
import { closeServer, endOf } from './pair.js'
import { host, type Section, type Step, tryBind } from './step.js'

/** Kills a server process that has a connection, and looks at what its peer sees and at its port. */
async function kill(what: 'accepting' | 'idle', did: string, expected: { peer: string; bind: string }): Promise<Step> {
  const child = startChild('victim', [what, host])
  const port = await messageOf<number>(child)
  const client = await connect({ host, port })
  if (what === 'accepting') {
    client.write('hello')
    await messageOf(child)
  }
  client.resume()
  const end = endOf(client)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const peer = await end
  const [bind, reuse] = [tryBind(port), tryBind(port, true)]
  const saw = `the peer gets ${peer}; bind to port ${port} gives ${bind}, with SO_REUSEADDR ${reuse}`
  const holds = peer === expected.peer && bind === expected.bind && reuse === 'ok'
  return { did, saw, holds, data: { port, peer, bind, bindWithReuse: reuse } }
}

async function closeEmptyListener(): Promise<Step> {
  const server = await listen(net.createServer(), { host, port: 0 })
  const { port } = server.address() as AddressInfo
  await closeServer(server)
  const bind = tryBind(port)
  const saw = `the port is free at once: bind to ${port} gives ${bind}`
  return { did: 'a listener without pending connections is closed', saw, holds: bind === 'ok', data: { port, bind } }
}

async function closeBusyListener(): Promise<Step> {
  const listener = new BareSocket('ipv4')
  try {
    setOption(listener, 'SO_REUSEADDR', true)
    listener.listen(16, { address: host, port: 0 })
    const { port = 0 } = listener.address()
    const client = await connect({ host, port })
    client.resume()
    const end = endOf(client)
    listener.close()
    const peer = await end
    const bind = tryBind(port)
    const saw = `the kernel resets the connection: the peer gets ${peer}, and bind to ${port} gives ${bind}`
    const holds = peer === 'ECONNRESET' && bind === 'ok'
    return { did: 'a listener with a pending connection is closed', saw, holds, data: { port, peer, bind } }
  } finally {
    listener.close()
  }
}

async function closeUnread(): Promise<Step> {
  const server = net.createServer({ pauseOnConnect: true })
  await listen(server, { host, port: 0 })
  const { port } = server.address() as AddressInfo
  const arrival = once(server, 'connection')
  const client = await connect({ host, port })
  const [accepted] = (await arrival) as [net.Socket]
  await new Promise<void>((resolve) => client.write('never read', () => resolve()))
  client.resume()
  const end = endOf(client)
  accepted.destroy()
  const peer = await end
  await closeServer(server)
  const bind = tryBind(port)
  const saw = `that is a reset: the peer gets ${peer}, and no TIME_WAIT stays (bind to ${port} gives ${bind})`
  const holds = peer === 'ECONNRESET' && bind === 'ok'
  return { did: 'a connection is closed with data that nobody read', saw, holds, data: { port, peer, bind } }
}

/** The other ways in which a port stays taken, and those in which it does not. */
export async function stuckSection(): Promise<Section> {
  const steps = [
    await kill('accepting', 'a server process is killed with a connection open', { peer: 'FIN', bind: 'EADDRINUSE' }),
    await kill('idle', 'a server process is killed with a connection pending', { peer: 'ECONNRESET', bind: 'ok' }),
    await closeEmptyListener(),
    await closeBusyListener(),
    await closeUnread(),
  ]
  return { name: 'stuck', title: 'What else keeps a port, and what does not', steps }
}
