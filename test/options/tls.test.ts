import { afterEach, describe, expect, test, vi } from 'vitest'
import { getOption, type OptionName, options, setOption } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { thrownBy } from '../support.js'
import { apart } from './apart.js'
import { connection } from './connections.js'
import { isHere, openSocket, sysctlText } from './kinds.js'

const withTls = isHere('TLS_TX')
const why = withTls ? '' : ' (this kernel has no TLS)'
const names = [...options].filter(([, { level }]) => level === 'SOL_TLS').map(([name]) => name)

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the options of SOL_TLS', () => {
  test.each(names)('are here where the kernel has TLS: %s', (name: OptionName) => {
    // Asking loads the module, where the kernel has one and the user may.
    expect(isHere(name)).toBe(sysctlText('net/ipv4/tcp_available_ulp').split(/\s+/).includes('tls'))
  })

  test('are not supported by a connection without TLS', async () => {
    await using made = await connection()
    expect(thrownBy(() => setOption(made.client, 'TLS_TX', apart.TLS_TX.value))).toMatchObject({
      code: 'ERR_SOCKCTL_UNSUPPORTED',
      syscall: 'setsockopt',
      option: 'TLS_TX',
    })
  })

  test.skipIf(!withTls)(`encrypt at one end what the other decrypts${why}`, async () => {
    await using made = await connection()
    setOption(made.client, 'TCP_ULP', 'tls')
    setOption(made.accepted, 'TCP_ULP', 'tls')
    expect(thrownBy(() => getOption(made.client, 'TLS_TX'))).toHaveProperty('code', 'EBUSY')
    setOption(made.client, 'TLS_TX', apart.TLS_TX.value)
    setOption(made.accepted, 'TLS_RX', apart.TLS_RX.value)
    expect(getOption(made.client, 'TLS_TX')).toEqual(apart.TLS_TX.value)
    const arrival = new Promise((resolve) => made.accepted.once('data', (data) => resolve(data.toString())))
    made.client.write('secret')
    expect(await arrival).toBe('secret')
    expect(getOption(made.client, 'TLS_TX').sequence).toEqual(Buffer.from('0000000000000001', 'hex'))
  })
})

describe('getOption', () => {
  test('asks for as many bytes as the cipher has, which is all that such a kernel gives', () => {
    using socket = openSocket('tcp')
    const whole = Buffer.from(`04033400${'07'.repeat(52)}`, 'hex')
    const lengths: number[] = []
    vi.spyOn(native, 'getsockopt').mockImplementation((_fd, _level, _name, value) => {
      lengths.push(value.length)
      value.set(whole.subarray(0, value.length))
      return value.length
    })
    expect(getOption(socket, 'TLS_RX')).toMatchObject({ version: 'TLSv1.3', key: Buffer.alloc(32, 7) })
    expect(lengths).toEqual([4, 56])
  })
})
