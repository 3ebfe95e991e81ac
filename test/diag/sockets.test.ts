import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { diagSupport, type InternetEntry, type SocketEntry, sockets, type UnixEntry } from '../../lib/diag.js'
import { useOwnNetwork } from '../sockets/network.js'
import { isRoot } from '../support.js'
import {
  isInternet,
  procInternet,
  procLine,
  procUnix,
  procUnixLine,
  runSs,
  ssInternet,
  ssLine,
  ssUnix,
  ssUnixLine,
} from './tables.js'
import { settled, timeless, World } from './world.js'

useOwnNetwork()

const needsRoot = isRoot ? '' : ' (needs root, for a network of its own)'
let world: World
let entries: SocketEntry[]

function internet(protocol: InternetEntry['protocol'], family?: 'ipv4' | 'ipv6'): InternetEntry[] {
  return entries.filter(isInternet).filter((one) => one.protocol === protocol && (!family || one.family === family))
}

/** Those that only sock_diag shows. */
function isBound({ state }: SocketEntry): boolean {
  return state === 'BOUND'
}

describe.skipIf(!isRoot)(`sockets, in a network full of them${needsRoot}`, () => {
  beforeAll(async () => {
    world = new World()
    for (const family of ['ipv4', 'ipv6'] as const) {
      world.addTcp(family, 80)
      await world.addClosed(family)
      world.addDatagrams(family, 20)
      world.addRaw(family)
      world.addMptcp(family)
    }
    world.addUnix(40)
    entries = await settled(() => sockets())
  })

  afterAll(() => {
    world.close()
  })

  test('are more than 500, in all states that were made', () => {
    expect(entries.length).toBeGreaterThan(500)
    const states = [
      'LISTEN',
      'ESTABLISHED',
      'SYN_SENT',
      'SYN_RECV',
      'FIN_WAIT_1',
      'FIN_WAIT_2',
      'CLOSE_WAIT',
      'LAST_ACK',
      'CLOSING',
      'TIME_WAIT',
    ]
    for (const family of ['ipv4', 'ipv6'] as const) {
      expect(new Set(internet('tcp', family).map(({ state }) => state))).toEqual(new Set([...states, 'BOUND']))
      expect(new Set(internet('udp', family).map(({ state }) => state))).toEqual(new Set(['UNCONN', 'ESTABLISHED']))
      expect(new Set(internet('raw', family).map(({ ipProtocol }) => ipProtocol))).toEqual(new Set([253, 254]))
      expect(new Set(internet('mptcp', family).map(({ state }) => state))).toEqual(new Set(['LISTEN', 'ESTABLISHED']))
    }
  })

  test('are those that ss lists, with the same queues, users, inodes and cookies', () => {
    const theirs = runSs(world.folder, '-tuanHeO').map(ssInternet)
    const ours = [...internet('tcp'), ...internet('udp')].filter((one) => !isBound(one)).map(ssLine)
    expect(ours.sort()).toEqual(theirs.sort())
  })

  test('are those that ss lists of MPTCP', () => {
    const theirs = runSs(world.folder, '-ManHeO').map((words) => ssInternet(['mptcp', ...words]))
    expect(internet('mptcp').map(ssLine).sort()).toEqual(theirs.sort())
  })

  test('are those that ss lists of Unix sockets', () => {
    const theirs = runSs(world.folder, '-xanH').map(ssUnix)
    const ours = entries.filter((one): one is UnixEntry => one.protocol === 'unix')
    expect(ours.map(ssUnixLine).sort()).toEqual(theirs.sort())
  })

  test.each(['tcp', 'udp', 'raw'] as const)('are those of /proc/net/%s, for both families', (protocol) => {
    const ours = (family: 'ipv4' | 'ipv6') =>
      internet(protocol, family)
        .filter((one) => !isBound(one))
        .map(procLine)
    expect(ours('ipv4').sort()).toEqual(procInternet(protocol).sort())
    expect(ours('ipv6').sort()).toEqual(procInternet(`${protocol}6`).sort())
  })

  test('are those of /proc/net/unix, but for connections not accepted yet, which their listeners count', () => {
    const ours = entries.filter((one): one is UnixEntry => one.protocol === 'unix')
    const [accepted, waiting] = [
      procUnix().filter((line) => !/^1 0 /.test(line)),
      procUnix().filter((line) => /^1 0 /.test(line)),
    ]
    expect(ours.map(procUnixLine).sort()).toEqual(accepted.sort())
    expect(ours.reduce((sum, { acceptQueue = 0 }) => sum + acceptQueue, 0)).toBe(waiting.length)
    expect(ours.flatMap(({ pending = [] }) => pending)).toHaveLength(waiting.length)
  })

  test('are the same each time while nothing happens', () => {
    expect(timeless(sockets())).toEqual(timeless(entries))
  })

  test('tell of a remnant in TIME_WAIT when it ends', () => {
    const remnants = internet('tcp').filter(({ state }) => state === 'TIME_WAIT')
    expect(remnants).toHaveLength(2)
    for (const { timer, timerMs, inode, uid } of remnants) {
      expect({ timer, inode, uid }).toEqual({ timer: 'timewait', inode: 0, uid: undefined })
      expect(timerMs).toBeGreaterThan(20_000)
      expect(timerMs).toBeLessThanOrEqual(60_500)
    }
  })

  test('survive JSON and structuredClone', () => {
    expect(JSON.parse(JSON.stringify(entries))).toEqual(entries)
    expect(structuredClone(entries)).toEqual(entries)
  })

  test('include those that are only bound, where this kernel shows them', () => {
    expect(internet('tcp').filter(isBound).length > 0).toBe(diagSupport().bound)
  })
})
