import type { OptionInput, WritableOption } from '../../lib/index.js'

/** An option that can be read and set, and yet does not read back on a new socket. */
interface Apart<Input> {
  /** A value that it takes where it takes one. */
  readonly value: Input
  readonly why: string
}

const key = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
const tlsKeys = {
  version: 'TLSv1.2',
  cipher: 'aes-128-gcm',
  iv: key.subarray(0, 8),
  key,
  salt: key.subarray(0, 4),
  sequence: Buffer.alloc(8),
} as const
const window = { updateSequence: 1, sendWindow: 1000, maxWindow: 1000, receiveWindow: 1000, receiveWindowUpdate: 1 }
const inRepair = 'a part of a connection in repair'
const withTls = 'a part of a connection that has TLS, which the kernel may lack'

/** Those options. Where they do something, a test of their own shows it. */
export const apart = {
  IPV6_MTU: { value: 1280, why: 'an upper bound, which reading does not show' },
  IPV6_HOPLIMIT: { value: 1, why: 'a name of control messages, which Linux refuses as an option' },
  IPV6_ADDRFORM: { value: 'ipv4', why: 'a change of a connected socket' },
  IPV6_FLOWLABEL_MGR: {
    value: { action: 'get', label: 0x5343c, create: true },
    why: 'a lease, which reads once a socket is connected with it',
  },
  IPV6_ROUTER_ALERT: { value: 0, why: 'an option of raw sockets of protocol 255 alone' },
  ICMP_FILTER: { value: [8], why: 'an option of raw sockets of protocol ICMP alone' },
  ICMPV6_FILTER: { value: [128], why: 'an option of raw sockets of protocol ICMPv6 alone' },
  SO_RESERVE_MEM: { value: 4096, why: 'for processes whose memory for sockets is counted' },
  TCP_ULP: { value: 'tls', why: 'a layer, of which the kernel may have none' },
  TCP_FASTOPEN_KEY: { value: [key], why: "the namespace's keys, which others may make at any time" },
  TCP_REPAIR_QUEUE: { value: 'send', why: inRepair },
  TCP_QUEUE_SEQ: { value: 1, why: inRepair },
  TCP_REPAIR_WINDOW: { value: window, why: inRepair },
  TCP_TIMESTAMP: { value: 1, why: inRepair },
  TLS_TX: { value: tlsKeys, why: withTls },
  TLS_RX: { value: tlsKeys, why: withTls },
  TLS_TX_ZEROCOPY_RO: { value: true, why: withTls },
  TLS_RX_EXPECT_NO_PAD: { value: true, why: withTls },
  SO_ATTACH_FILTER: {
    value: [{ code: 6, jt: 0, jf: 0, k: 0xffffffff }],
    why: 'a program, which another option takes away',
  },
  TCP_AO_INFO: { value: { required: false }, why: 'settings that take a key, on kernels with TCP-AO' },
  TCP_AO_REPAIR: { value: Buffer.alloc(16), why: 'state of a connection in repair, on kernels with TCP-AO' },
} as const satisfies { readonly [Name in WritableOption]?: Apart<OptionInput<Name>> }
