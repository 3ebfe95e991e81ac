import { execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  blockSource,
  getSourceFilter,
  joinGroup,
  leaveGroup,
  setOption,
  setSourceFilter,
  unblockSource,
} from '../../lib/index.js'
import { loopbackIndex } from '../options/kinds.js'
import { isRoot, thrownBy } from '../support.js'
import { type NetworkName, networks, receiver } from './groups.js'
import { useOwnNetwork } from './network.js'

useOwnNetwork()

beforeAll(() => {
  if (isRoot) execFileSync('ip', ['-6', 'route', 'add', 'ff00::/8', 'dev', 'lo', 'table', 'local'])
})

const families = Object.keys(networks) as NetworkName[]

for (const family of families) {
  const { group, another, address, stranger } = networks[family]
  const why = family === 'ipv6' && !isRoot ? ' (needs root: a route on the loopback interface)' : ''

  describe.skipIf(why)(`a membership of ${family}${why}`, () => {
    test.each(['lo', loopbackIndex])(
      'brings what is sent to the group, until it is left (interface %s)',
      async (via) => {
        const { socket, send, close } = await receiver(family)
        expect(await send()).toEqual([])
        joinGroup(socket, { group, interface: via })
        expect(await send()).toEqual(['group'])
        joinGroup(socket, { group: another, interface: via })
        expect(await send()).toEqual(['group', 'another'])
        leaveGroup(socket, { group, interface: via })
        expect(await send()).toEqual(['another'])
        close()
      },
    )

    test('of one source brings that one alone', async () => {
      const { socket, send, close } = await receiver(family)
      joinGroup(socket, { group, interface: 'lo', source: stranger })
      expect(await send()).toEqual([])
      joinGroup(socket, { group, interface: 'lo', source: address })
      expect(await send()).toEqual(['group'])
      expect(getSourceFilter(socket, { group, interface: 'lo' })).toEqual({
        mode: 'include',
        sources: [stranger, address],
      })
      leaveGroup(socket, { group, interface: 'lo', source: address })
      expect(await send()).toEqual([])
      close()
    })

    test('does without a source that is blocked, until it is let through', async () => {
      const { socket, send, close } = await receiver(family)
      const source = { group, interface: 'lo', source: address }
      joinGroup(socket, { group, interface: 'lo' })
      blockSource(socket, source)
      expect(await send()).toEqual([])
      expect(getSourceFilter(socket, source)).toEqual({ mode: 'exclude', sources: [address] })
      unblockSource(socket, source)
      expect(await send()).toEqual(['group'])
      close()
    })

    test('takes a whole filter of sources at once', async () => {
      const { socket, send, close } = await receiver(family)
      const membership = { group, interface: 'lo' }
      joinGroup(socket, membership)
      expect(getSourceFilter(socket, membership)).toEqual({ mode: 'exclude', sources: [] })
      setSourceFilter(socket, { ...membership, mode: 'exclude', sources: [stranger, address] })
      expect(await send()).toEqual([])
      setSourceFilter(socket, { ...membership, mode: 'include', sources: [address] })
      expect(await send()).toEqual(['group'])
      expect(getSourceFilter(socket, membership)).toEqual({ mode: 'include', sources: [address] })
      close()
    })

    test('says what the kernel says of one that is there already, or not there', async () => {
      const { socket, close } = await receiver(family)
      const membership = { group, interface: 'lo' }
      const codeOf = (run: () => void) => thrownBy(run).code
      expect(codeOf(() => leaveGroup(socket, membership))).toBe('EADDRNOTAVAIL')
      expect(codeOf(() => blockSource(socket, { ...membership, source: address }))).toBe('EINVAL')
      expect(codeOf(() => getSourceFilter(socket, membership))).toBe('EADDRNOTAVAIL')
      joinGroup(socket, membership)
      expect(codeOf(() => joinGroup(socket, membership))).toBe('EADDRINUSE')
      close()
    })
  })
}

describe('IP_MSFILTER', () => {
  test('sets the filter that MCAST_MSFILTER sets', async () => {
    const { socket, send, close } = await receiver('ipv4')
    const { group, address } = networks.ipv4
    joinGroup(socket, { group, interface: 'lo' })
    setOption(socket, 'IP_MSFILTER', { group, interface: '127.0.0.1', mode: 'exclude', sources: [address] })
    expect(await send()).toEqual([])
    expect(getSourceFilter(socket, { group, interface: 'lo' })).toEqual({ mode: 'exclude', sources: [address] })
    close()
  })
})

describe('an interface', () => {
  test.skipIf(!isRoot)(
    `can be told by its IPv4 address, for a group of IPv6 too${isRoot ? '' : ' (needs root)'}`,
    async () => {
      for (const family of families) {
        const { socket, send, close } = await receiver(family)
        joinGroup(socket, { group: networks[family].group, interface: '127.0.0.1' })
        expect(await send()).toEqual(['group'])
        close()
      }
    },
  )

  test.skipIf(!isRoot)(
    `is the one that the routes name where none is given${isRoot ? '' : ' (needs root)'}`,
    async () => {
      execFileSync('ip', ['route', 'add', '224.0.0.0/4', 'dev', 'lo'])
      const { socket, send, close } = await receiver('ipv4')
      joinGroup(socket, { group: networks.ipv4.group })
      expect(await send()).toEqual(['group'])
      close()
    },
  )
})
