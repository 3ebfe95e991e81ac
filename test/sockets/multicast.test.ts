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
import { native } from '../../lib/native.js'
import { isRoot, thrownBy } from '../support.js'
import { addInterface, type NetworkName, networks, receiver } from './groups.js'
import { useOwnNetwork } from './network.js'

useOwnNetwork()

beforeAll(() => {
  if (isRoot) addInterface()
})

const why = isRoot ? '' : ' (needs root: an interface of its own)'
const cases = (Object.keys(networks) as NetworkName[]).map((family) => ({
  family,
  reason: family === 'ipv6' ? why : '',
}))

describe.each(cases)('a membership of $family$reason', ({ family, reason }) => {
  const { via, group, another, address, stranger } = networks[family]
  const membership = { group, interface: via }
  const source = { ...membership, source: address }
  const here = test.skipIf(reason)

  here.each(['name', 'index'])(
    'brings what is sent to the group, until it is left (by the interface %s)',
    async (how) => {
      const key = how === 'name' ? via : native.interfaceIndex(Buffer.from(via))
      const { socket, send, close } = await receiver(family)
      expect(await send()).toEqual([])
      joinGroup(socket, { group, interface: key })
      expect(await send()).toEqual(['group'])
      joinGroup(socket, { group: another, interface: key })
      expect(await send()).toEqual(['group', 'another'])
      leaveGroup(socket, { group, interface: key })
      expect(await send()).toEqual(['another'])
      close()
    },
  )

  here('of one source brings that one alone', async () => {
    const { socket, send, close } = await receiver(family)
    joinGroup(socket, { ...membership, source: stranger })
    expect(await send()).toEqual([])
    joinGroup(socket, source)
    expect(await send()).toEqual(['group'])
    expect(getSourceFilter(socket, membership)).toEqual({ mode: 'include', sources: [stranger, address] })
    leaveGroup(socket, source)
    expect(await send()).toEqual([])
    close()
  })

  here('does without a source that is blocked, until it is let through', async () => {
    const { socket, send, close } = await receiver(family)
    joinGroup(socket, membership)
    blockSource(socket, source)
    expect(await send()).toEqual([])
    expect(getSourceFilter(socket, membership)).toEqual({ mode: 'exclude', sources: [address] })
    unblockSource(socket, source)
    expect(await send()).toEqual(['group'])
    close()
  })

  here('takes a whole filter of sources at once', async () => {
    const { socket, send, close } = await receiver(family)
    joinGroup(socket, membership)
    expect(getSourceFilter(socket, membership)).toEqual({ mode: 'exclude', sources: [] })
    setSourceFilter(socket, { ...membership, mode: 'exclude', sources: [stranger, address] })
    expect(await send()).toEqual([])
    setSourceFilter(socket, { ...membership, mode: 'include', sources: [address] })
    expect(await send()).toEqual(['group'])
    expect(getSourceFilter(socket, membership)).toEqual({ mode: 'include', sources: [address] })
    close()
  })

  here('says what the kernel says of one that is there already, or not there', async () => {
    const { socket, close } = await receiver(family)
    const codeOf = (run: () => void) => thrownBy(run).code
    expect(codeOf(() => leaveGroup(socket, membership))).toBe('EADDRNOTAVAIL')
    expect(codeOf(() => blockSource(socket, source))).toBe('EINVAL')
    expect(codeOf(() => getSourceFilter(socket, membership))).toBe('EADDRNOTAVAIL')
    joinGroup(socket, membership)
    expect(codeOf(() => joinGroup(socket, membership))).toBe('EADDRINUSE')
    close()
  })
})

describe('IP_MSFILTER', () => {
  test('sets the filter that MCAST_MSFILTER sets', async () => {
    const { socket, send, close } = await receiver('ipv4')
    const { group, address } = networks.ipv4
    joinGroup(socket, { group, interface: 'lo' })
    setOption(socket, 'IP_MSFILTER', { group, interface: address, mode: 'exclude', sources: [address] })
    expect(await send()).toEqual([])
    expect(getSourceFilter(socket, { group, interface: 'lo' })).toEqual({ mode: 'exclude', sources: [address] })
    close()
  })
})

describe('an interface', () => {
  test('can be told by its IPv4 address', async () => {
    const { socket, send, close } = await receiver('ipv4')
    joinGroup(socket, { group: networks.ipv4.group, interface: '127.0.0.1' })
    expect(await send()).toEqual(['group'])
    close()
  })

  test.skipIf(why)(`can be told so for a group of IPv6 too${why}`, async () => {
    const { socket, send, close } = await receiver('ipv6')
    joinGroup(socket, { group: networks.ipv6.group, interface: '192.0.2.1' })
    expect(await send()).toEqual(['group'])
    close()
  })

  test.skipIf(why)(`is the one that the routes name where none is given${why}`, async () => {
    execFileSync('ip', ['route', 'add', '224.0.0.0/4', 'dev', 'lo'])
    const { socket, send, close } = await receiver('ipv4')
    joinGroup(socket, { group: networks.ipv4.group })
    expect(await send()).toEqual(['group'])
    close()
  })
})
