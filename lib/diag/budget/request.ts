import { invalidArgType, invalidArgValue } from '../../errors.js'
import { canonicalAddress, validateAddress } from '../../ipaddress.js'
import type { PortRange } from '../../options/index.js'
import {
  maxInt32,
  optional,
  validateNumber,
  validateObject,
  validateOneOf,
  validatePort,
  validateString,
} from '../../validate.js'
import { type Check, checkPorts, flag, integer, listOf, oneOf } from '../checks.js'
import { unmapped } from '../rules.js'
import { budgetSettings } from '../sysctl.js'
import type { BudgetClose, BudgetOptions, BudgetSettings } from './types.js'

/** Who chooses the local port: connect, bind with port 0, or the program. */
export type PortChoice = 'connect' | 'bind' | 'program'

/** Settings that were checked, or read. */
export type Settings = { readonly [Key in keyof BudgetSettings]-?: Exclude<BudgetSettings[Key], undefined> }

/** Options that were checked. */
export interface BudgetRequest {
  readonly remoteAddress: string | undefined
  readonly remotePort: number | undefined
  readonly close: BudgetClose
  readonly durationMs: number
  readonly localAddresses: readonly string[] | undefined
  readonly choice: PortChoice
  readonly localPorts: readonly PortRange[] | undefined
  readonly reuseAddress: boolean
  readonly localPortRange: PortRange | undefined
  readonly settings: Settings
  readonly isLoopback: boolean
}

const closes: readonly BudgetClose[] = ['we-first', 'peer-first', 'abort']

const checkAddress: Check<string> = (value, name) => {
  validateString(value, name)
  validateAddress(value, name)
  return canonicalAddress(value)
}

const checkRange: Check<PortRange> = (value, name) => {
  validateObject(value, name)
  return checkPorts(value, name)
}

/** As IP_LOCAL_PORT_RANGE has it, where a 0 leaves that end to the system. */
const checkOwnRange: Check<PortRange> = (value, name) => {
  validateObject(value, name)
  const { low, high } = value
  return low === 0 || high === 0
    ? { low: checkPorts(low, `${name}.low`).low, high: checkPorts(high, `${name}.high`).low }
    : checkPorts(value, name)
}

const settingChecks: { readonly [Key in keyof Settings]: Check<Settings[Key]> } = {
  ip_local_port_range: checkRange,
  ip_local_reserved_ports: (value, name) => {
    if (!Array.isArray(value)) throw invalidArgType(name, 'an array of ports and ranges of ports', value)
    return Array.from(value, (one, index) => checkPorts(one, `${name}[${index}]`))
  },
  tcp_tw_reuse: oneOf([0, 1, 2]),
  tcp_tw_reuse_delay: integer(0, maxInt32),
  tcp_timestamps: oneOf([0, 1, 2]),
  tcp_max_tw_buckets: integer(0, maxInt32),
}

function settingsOf(given: unknown): Settings {
  const settings: Record<string, unknown> = { ...budgetSettings() }
  if (given === undefined) return settings as unknown as Settings
  validateObject(given, 'options.settings')
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(settingChecks, key))
      throw invalidArgValue('options.settings', key, 'must be of those that count')
    const check: Check<unknown> = settingChecks[key as keyof Settings]
    if (value !== undefined) settings[key] = check(value, `options.settings.${key}`)
  }
  return settings as unknown as Settings
}

/** Whether an address is on loopback as `tcp_tw_reuse` 2 sees it. */
function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && /^(127\.|::1$)/.test(unmapped(address))
}

/**
 * Checks options and reads the settings that they leave open.
 *
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE`, `ERR_INVALID_IP_ADDRESS`, `ERR_OUT_OF_RANGE` or
 * `ERR_SOCKET_BAD_PORT`
 */
export function requestOf(options: BudgetOptions): BudgetRequest {
  validateObject(options, 'options')
  const { remotePort, close = 'we-first', durationMs = 0 } = options as BudgetOptions
  const remoteAddress =
    options.remoteAddress === undefined ? undefined : checkAddress(options.remoteAddress, 'options.remoteAddress')
  optional(remotePort, 'options.remotePort', validatePort)
  validateOneOf(close, 'options.close', closes)
  validateNumber(durationMs, 'options.durationMs', 0, maxInt32)
  const localAddresses = listOf(options.localAddress, 'options.localAddress', checkAddress)
  const latePort = flag(options.latePort, 'options.latePort')
  const localPorts = listOf(options.localPort, 'options.localPort', checkPorts)
  const reuseAddress = flag(options.reuseAddress, 'options.reuseAddress')
  const localPortRange =
    options.localPortRange === undefined ? undefined : checkOwnRange(options.localPortRange, 'options.localPortRange')
  const choice = localPorts ? 'program' : localAddresses && !latePort ? 'bind' : 'connect'
  const isLoopback = [remoteAddress, ...(localAddresses ?? [])].some(isLoopbackAddress)
  const settings = settingsOf(options.settings)
  const ends = { remoteAddress, remotePort, localAddresses }
  return { ...ends, close, durationMs, choice, localPorts, reuseAddress, localPortRange, settings, isLoopback }
}
