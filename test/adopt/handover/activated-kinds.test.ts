import { spawnSync } from 'node:child_process'
import type dgram from 'node:dgram'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { fdOf } from '../../../lib/handle.js'
import { BareSocket } from '../../../lib/index.js'
import { built } from '../../support.js'
import { keepDatagrams } from '../datagrams.js'

const makeDatagram = keepDatagrams()

/** What a program reports that is passed some descriptors, all by one name. */
function reportWith<Report>(fds: readonly number[], program: string): Report {
  const text = `
    import dgram from 'node:dgram'
    import { bindDatagram } from '${built}index.js'
    import { activatedSockets } from '${built}handover.js'
    const names = Array(${fds.length}).fill('stats').join(':')
    Object.assign(process.env, { LISTEN_PID: process.pid, LISTEN_FDS: ${fds.length}, LISTEN_FDNAMES: names })
    const report = (value) => console.log(JSON.stringify(value))
    ${program}`
  const args = ['--input-type=module', '--eval', text]
  const { stdout } = spawnSync(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', ...fds] })
  return JSON.parse(String(stdout)) as Report
}

async function bound(type: dgram.SocketType, address: string): Promise<dgram.Socket> {
  const socket = makeDatagram(type).bind(0, address)
  await once(socket, 'listening')
  return socket
}

describe('sockets of one name', () => {
  test.each([
    ['IPv6 and IPv4', 'udp4', '127.0.0.1'],
    ['IPv6 and IPv4', 'udp6', '::1'],
  ])('of %s go to the datagram sockets of their family: %s', async (_, type, address) => {
    const both = [await bound('udp6', '::1'), await bound('udp4', '127.0.0.1')]
    const program = `
      const socket = dgram.createSocket('${type}')
      await bindDatagram(socket, { activated: 'stats' })
      report(socket.address().address)
      socket.close()`
    expect(reportWith(both.map(fdOf), program)).toBe(address)
  })

  test('of which one is no socket are refused, and the error says which', () => {
    using bare = new BareSocket('ipv4')
    bare.listen(1, { address: '127.0.0.1' })
    const file = openSync('/dev/null', 'r')
    const program = 'try { activatedSockets() } catch ({ code, message }) { report({ code, message }) }'
    expect(reportWith([bare.fd, file], program)).toEqual({
      code: 'ENOTSOCK',
      message: expect.stringContaining("descriptor 4, 'stats'"),
    })
    closeSync(file)
  })
})
