import { execFileSync } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { native } from '../lib/native.js'
import { decodeAddress, encodeAddress } from '../lib/sockaddr.js'
import { BareSocket } from '../lib/sockets/index.js'
import { isRoot, thrownBy } from './support.js'

const loopback = native.interfaceIndex(Buffer.from('lo'))

/** The scope in an encoded IPv6 address. */
function scopeOf(address: string): number {
  const bytes = Buffer.from(encodeAddress('ipv6', { address }))
  return new Uint32Array(bytes.buffer.slice(bytes.byteOffset + 24, bytes.byteOffset + 28))[0] as number
}

function roundTrip(address: string): string | undefined {
  return decodeAddress(encodeAddress('ipv6', { address })).address
}

/** Runs in a network namespace of its own, whose loopback interface has another name. */
function withInterface(name: string, run: () => void): void {
  const [home, away] = [native.networkNamespace(), native.createNetworkNamespace()]
  expect(native.setNetworkNamespace(away)).toBe(0)
  try {
    execFileSync('ip', ['link', 'set', 'lo', 'down'])
    execFileSync('ip', ['link', 'set', 'lo', 'name', name])
    run()
  } finally {
    native.setNetworkNamespace(home)
    native.close(home)
    native.close(away)
  }
}

describe('encodeAddress', () => {
  test.each([
    ['no zone', 'fe80::1', 0],
    ['a name', 'fe80::1%lo', loopback],
    ['an index', `fe80::1%${loopback}`, loopback],
    ['index 0, which is none', 'fe80::1%0', 0],
    ['an index that no interface has', 'fe80::1%999999999', 999_999_999],
    ['a zone on an address that needs none', '::1%lo', loopback],
    ['a zone on a multicast address', 'ff02::1%lo', loopback],
  ])('reads %s', (_, address, scope) => {
    expect(scopeOf(address)).toBe(scope)
  })

  test.each(['fe80::1%no-such-one', 'fe80::1%name.longer.than.an.interface', 'fe80::1%12345678901'])(
    'throws ENODEV for %s, whose zone is no interface',
    (address) => {
      const error = thrownBy(() => encodeAddress('ipv6', { address }))
      expect(error).toMatchObject({ code: 'ENODEV', syscall: 'if_nametoindex', address })
      expect(error.errno).toBeLessThan(0)
    },
  )

  test.each(['fe80::1%', 'fe80::1%lo%lo', 'fe80::1%lo\0', 'fe80::1% lo', '127.0.0.1%lo', '%lo'])(
    'refuses %j, which is no address',
    (address) => {
      expect(thrownBy(() => encodeAddress('ipv6', { address }))).toHaveProperty('code', 'ERR_INVALID_IP_ADDRESS')
    },
  )
})

describe('decodeAddress', () => {
  test.each([
    ['fe80::1%lo', 'fe80::1%lo'],
    [`fe80::1%${loopback}`, 'fe80::1%lo'],
    ['febf::1%lo', 'febf::1%lo'],
    ['fe80::1', 'fe80::1'],
    ['fe80::1%999999999', 'fe80::1%999999999'],
    // Node shows the zones of link-local addresses only.
    ['fec0::1%lo', 'fec0::1'],
    ['::1%lo', '::1'],
    ['ff02::1%lo', 'ff02::1'],
  ])('shows %s as %s', (given, shown) => {
    expect(roundTrip(given)).toBe(shown)
  })
})

describe('a zone', () => {
  const local = Object.entries(networkInterfaces())
    .flatMap(([name, addresses]) => (addresses ?? []).map(({ address }) => ({ name, address })))
    .find(({ address }) => address.startsWith('fe80:'))

  test.skipIf(!local)(`is what the kernel binds to${local ? '' : ' (needs a link-local address)'}`, () => {
    const address = `${local?.address}%${local?.name}`
    using socket = new BareSocket('ipv6')
    socket.bind({ address })
    expect(socket.address()).toHaveProperty('address', address)
  })

  const needsRoot = isRoot ? '' : ' (needs root)'

  test.skipIf(!isRoot).each(['eth0.100', 'br-lan', 'a', 'fifteen-letters', '123456789'])(
    `can be any interface: %s${needsRoot}`,
    (name) => {
      withInterface(name, () => expect(roundTrip(`fe80::1%${name}`)).toBe(`fe80::1%${name}`))
    },
  )

  test.skipIf(!isRoot)(`that is a name and an index is the name${needsRoot}`, () => {
    withInterface('7', () => {
      expect(scopeOf('fe80::1%7')).toBe(1)
      expect(roundTrip('fe80::1%1')).toBe('fe80::1%7')
    })
  })

  // Node's net.isIPv6() knows no underscore in a zone.
  test.skipIf(!isRoot)(`can be an interface with an underscore in its name${needsRoot}`, () => {
    withInterface('br_lan', () => expect(roundTrip('fe80::1%br_lan')).toBe('fe80::1%br_lan'))
  })
})
