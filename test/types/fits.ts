// What people run takes what sockctl gives, without a cast: npm run types fails where it does not.
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import type net from 'node:net'
import tls from 'node:tls'
import fastify from 'fastify'
import pg from 'pg'
import { Client as SshClient } from 'ssh2'
import { Agent, buildConnector, fetch } from 'undici'
import { WebSocket, WebSocketServer } from 'ws'
import { type ConnectionFactory, connect, connectionFactory, listen } from '../../lib/index.js'
import controlled, { Socket } from '../../lib/net.js'

const factory: ConnectionFactory = connectionFactory({ options: { SO_KEEPALIVE: true } })

/** Node's agents and requests. */
export function nodeClients(): void {
  Object.assign(new http.Agent({ keepAlive: true }), { createConnection: factory })
  new http.Agent().createConnection = factory
  http.request({ host: 'localhost', createConnection: factory })
  const requestOptions: http.RequestOptions = { createConnection: factory }
  https.request({ ...requestOptions, createConnection: (options) => tls.connect({ socket: factory(options) }) })
  http2.connect('http://localhost', { createConnection: factory })
  http2.connect('https://localhost', { createConnection: (url) => tls.connect({ socket: factory(url) }) })
  const createConnection: typeof net.createConnection = factory
  createConnection(80)
}

/** An agent that keeps the sessions of Node's own, on sockets of the factory. */
export class SecureAgent extends https.Agent {
  override createConnection(options: https.RequestOptions, callback?: Parameters<https.Agent['createConnection']>[1]) {
    // @types/node does not know of `socket` here, so it must not be in a literal.
    const onSocket = { ...options, socket: factory(options) }
    return super.createConnection(onSocket, callback)
  }
}

/** undici's connector, for `http:` and for `https:`. */
export function undiciClients(): Agent[] {
  const plain: buildConnector.connector = factory
  const onTls = buildConnector({ allowH2: true })
  const secure: buildConnector.connector = (options, callback) =>
    onTls({ ...options, httpSocket: factory(options) }, callback)
  const agents = [new Agent({ connect: plain }), new Agent({ connect: secure }), new Agent({ connect: factory })]
  for (const dispatcher of agents) fetch('http://localhost', { dispatcher })
  return agents
}

/** Clients of libraries. */
export async function libraryClients(): Promise<void> {
  new WebSocket('ws://localhost', { createConnection: factory })
  new WebSocket('ws://localhost', { createConnection: controlled.createConnection })
  const stream = () => new Socket({ options: { TCP_USER_TIMEOUT: 10_000 }, localPort: 'reserved' })
  new pg.Client({ stream })
  new pg.Pool({ stream, max: 2 })
  new SshClient().connect({ sock: factory({ host: 'localhost', port: 22 }) })
  new SshClient().connect({ sock: await connect({ host: 'localhost', port: 22 }) })
}

/** Servers, which listen() gives back as they are. */
export async function servers(): Promise<void> {
  const options = { options: { TCP_DEFER_ACCEPT: 5 } }
  const plain: http.Server = await listen(http.createServer(), options)
  const secure: https.Server = await listen(https.createServer(), options)
  const multiplexed: http2.Http2Server = await listen(http2.createServer(), options)
  const both: http2.Http2SecureServer = await listen(http2.createSecureServer(), options)
  const encrypted: tls.Server = await listen(tls.createServer(), options)
  new WebSocketServer({ server: await listen(http.createServer(), options) })
  await listen(fastify().server, options)
  await listen(fastify({ http2: true }).server, options)
  for (const server of [plain, secure, multiplexed, both, encrypted]) server.close()
}

/** `sockctl/net` in the place of `node:net`. */
export const dropIn: Pick<typeof net, 'connect' | 'createConnection' | 'createServer'> = controlled
