import { isIPv6 } from 'node:net'
import { invalidArgType } from '../../errors.js'
import { formatIPv6, parseIPv6 } from '../../ipaddress.js'
import { optional, validateBoolean, validateInteger, validateObject, validateOneOf } from '../../validate.js'
import { little, viewOf } from './fields.js'
import { nameOf } from './named.js'

const actions = { get: 0, put: 1, renew: 2 } as const
const shares = { none: 0, exclusive: 1, process: 2, user: 3, any: 255 } as const
const flagBits = { create: 1, exclusive: 2, reflect: 4 } as const
const largestLabel = 0xfffff
const largestTime = 65535

type Action = keyof typeof actions
type Share = keyof typeof shares
type Flag = keyof typeof flagBits

/** IPV6_FLOWLABEL_MGR, as it is set: what to do with the lease of a flow label. */
export interface FlowLabelRequest {
  /** Take a lease, give it back, or make it last longer. */
  action: Action
  /** The label, 1 to 0xfffff; with 0 the kernel makes one up and does not tell it here. */
  label: number
  /** The destination that the label is for. @default '::' */
  address?: string
  /** Who may use the label at the same time; creating one for `none` is EINVAL. @default 'exclusive' */
  share?: Share
  /** Make the lease where there is none; ENOENT without it. @default false */
  create?: boolean
  /** Fail with EEXIST where there is one. @default false */
  exclusive?: boolean
  /** Send with the label that the peer sends with, on TCP alone; nothing else counts then. @default false */
  reflect?: boolean
  /** Seconds for which the lease holds while it is in use, 6 or more. @default 6 */
  expires?: number
  /** Seconds for which the label stays taken after its use, 6 or more; above 150 takes CAP_NET_ADMIN. @default 6 */
  linger?: number
}

/** IPV6_FLOWLABEL_MGR, as it reads: the lease of the label that the socket sends with. */
export interface FlowLabel {
  label: number
  /** The destination that it is for. */
  address: string
  /** Who may use it at the same time. */
  share: Share | number
  /** Seconds for which it still holds. */
  expires: number
  /** Seconds for which it stays taken after its use. */
  linger: number
}

/** The bytes of struct in6_flowlabel_req. */
export const flowLabelSize = 32

/** Reads struct in6_flowlabel_req: address, label in network byte order, action, share, flags, times. */
export function decodeFlowLabel(bytes: Uint8Array): FlowLabel {
  const view = viewOf(bytes)
  return {
    label: view.getUint32(16) & largestLabel,
    address: formatIPv6(bytes.subarray(0, 16)),
    share: nameOf(shares, view.getUint8(21)),
    expires: view.getUint16(24, little),
    linger: view.getUint16(26, little),
  }
}

function flagsOf(value: Record<string, unknown>, name: string): number {
  const flags = Object.keys(flagBits) as Flag[]
  for (const flag of flags) optional(value[flag], `${name}.${flag}`, validateBoolean)
  return flags.reduce((sum, flag) => sum + (value[flag] ? flagBits[flag] : 0), 0)
}

/** Makes struct in6_flowlabel_req. */
export function encodeFlowLabel(value: unknown, name: string): Uint8Array {
  validateObject(value, name)
  const { action, label, address = '::', share = 'exclusive', expires = 0, linger = 0 } = value
  if (typeof action !== 'string') throw invalidArgType(`${name}.action`, 'of type string', action)
  validateOneOf(action, `${name}.action`, Object.keys(actions) as Action[])
  validateInteger(label, `${name}.label`, 0, largestLabel)
  if (typeof address !== 'string' || !isIPv6(address) || address.includes('%')) {
    throw invalidArgType(`${name}.address`, 'an IPv6 address without a zone', address)
  }
  validateOneOf(share, `${name}.share`, Object.keys(shares) as Share[])
  validateInteger(expires, `${name}.expires`, 0, largestTime)
  validateInteger(linger, `${name}.linger`, 0, largestTime)
  const bytes = new Uint8Array(flowLabelSize)
  const view = new DataView(bytes.buffer)
  bytes.set(parseIPv6(address))
  view.setUint32(16, label)
  bytes.set([actions[action], shares[share]], 20)
  view.setUint16(22, flagsOf(value, name), little)
  view.setUint16(24, expires, little)
  view.setUint16(26, linger, little)
  return bytes
}
