import { fdOf, type SocketLike } from '../handle.js'
import { canonicalAddress, familyOf, validateAddress } from '../ipaddress.js'
import { type AoKey, type AoKeyName, getOption, type Md5Key, type Md5Peer, setOption } from '../options/index.js'
import { encodeKey } from '../options/signature.js'
import { families } from '../platform.js'
import { optional, validateInteger, validateObject } from '../validate.js'

const ipv4Bits = 32

/** The same peer as a socket of its family names it: an IPv6 socket has IPv4 peers as mapped addresses. */
function asSocketNames<Peer extends Md5Peer>(fd: number, peer: Peer, name: string): Peer {
  const { address, prefixLength } = peer
  if (validateAddress(address, `${name}.address`) !== 'ipv4') return peer
  // The prefix of a mapped address counts the bits of the IPv4 address in it.
  optional(prefixLength, `${name}.prefixLength`, (value, path) => validateInteger(value, path, 0, ipv4Bits))
  return getOption(fd, 'SO_DOMAIN') === families.ipv6 ? { ...peer, address: `::ffff:${address}` } : peer
}

function setKey(fd: number, key: Md5Key, name: string): void {
  const extended = key.prefixLength !== undefined || key.interface !== undefined
  setOption(fd, extended ? 'TCP_MD5SIG_EXT' : 'TCP_MD5SIG', asSocketNames(fd, key, name))
}

/**
 * Signs the segments to and from a peer with a key (RFC 2385, as BGP uses it). What then comes from the peer unsigned or
 * with another signature is dropped without an answer, so that a connection to or from one without the key waits until
 * its time is up. Set it before connect(), or on a listener, whose connections inherit it. A port makes no difference to
 * it; a longer prefix goes before a shorter one.
 *
 * @param key the peers' address, with `prefixLength` for a network, and 1 to 80 bytes of key
 * @throws `ERR_SOCKCTL_UNSUPPORTED` without CONFIG_TCP_MD5SIG; a system error of `setsockopt`: EINVAL for an address of
 * another family than the socket's or an interface that is no VRF device, EKEYREJECTED where the peer has a key for TCP-AO
 * @see RFC 2385, TCP_MD5SIG, TCP_MD5SIG_EXT
 */
export function setMd5Key(target: SocketLike, key: Md5Key): void {
  validateObject(key, 'key')
  encodeKey(key.key, 'key.key', 1)
  setKey(fdOf(target), key, 'key')
}

/**
 * Takes the key for a peer away again, named as it was set.
 *
 * @throws a system error of `setsockopt`: ENOENT where there is none
 * @see RFC 2385, TCP_MD5SIG, TCP_MD5SIG_EXT
 */
export function removeMd5Key(target: SocketLike, peer: Md5Peer): void {
  validateObject(peer, 'peer')
  setKey(fdOf(target), { ...(peer as Md5Peer), key: '' }, 'peer')
}

/** Whether an IP address is a mapped one of IPv4, which can be written in many ways. */
function isMapped(address: string): boolean {
  return familyOf(address) === 'ipv6' && /^::ffff:.*\./.test(canonicalAddress(address))
}

/** TCP-AO has no key without a prefix: that of one peer is as long as its address. */
function withPrefix<Name extends AoKeyName>(name: Name): Name {
  return isMapped(name.address) ? { prefixLength: ipv4Bits, ...name } : name
}

/**
 * Adds a master key for TCP-AO (RFC 5925) with a peer. The first one has to be there before connect(), or on the
 * listener; a connection that has one takes more, to change over to.
 *
 * @throws `ERR_SOCKCTL_UNSUPPORTED` before Linux 6.7 and without CONFIG_TCP_AO; a system error of `setsockopt`: EEXIST for
 * numbers that are taken, ENOENT for an algorithm that the kernel does not have
 * @see RFC 5925, TCP_AO_ADD_KEY
 */
export function addAoKey(target: SocketLike, key: AoKey): void {
  validateObject(key, 'key')
  const fd = fdOf(target)
  setOption(fd, 'TCP_AO_ADD_KEY', withPrefix(asSocketNames(fd, key as AoKey, 'key')))
}

/**
 * Takes a master key for TCP-AO away.
 *
 * @throws as `addAoKey`; ENOENT where there is none of that name, EBUSY for the one in use
 * @see RFC 5925, TCP_AO_DEL_KEY
 */
export function removeAoKey(target: SocketLike, name: AoKeyName): void {
  validateObject(name, 'name')
  const fd = fdOf(target)
  setOption(fd, 'TCP_AO_DEL_KEY', withPrefix(asSocketNames(fd, name as AoKeyName, 'name')))
}
