import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeDarwinInfo, decodeFreebsdInfo } from '../../lib/options/bsdinfo.js'
import { decodeConnectionInfo } from '../../lib/options/connectioninfo.js'
import { type Put, structure } from './structure.js'

describe('TCP_CONNECTION_INFO of macOS', () => {
  // scripts/layouts.cc holds these places against the header.
  const words = Array.from({ length: 10 }, (_, index): Put => [12 + index * 4, 4, 100 + index])
  const counters = Array.from({ length: 7 }, (_, index): Put => [56 + index * 8, 8, 2 ** 40 + index])
  const bytes = structure(112, [
    [0, 1, 4],
    [1, 1, 6],
    [2, 1, 7],
    [4, 4, 7],
    [8, 4, 2],
    [52, 4, 24],
    ...words,
    ...counters,
  ])

  test('is read by name and unit', () => {
    expect(decodeConnectionInfo(bytes)).toEqual({
      state: 'ESTABLISHED',
      lossRecovery: false,
      reorderingDetected: true,
      sendWindowScale: 6,
      receiveWindowScale: 7,
      optionBits: 7,
      rtoMs: 100,
      maxSegment: 101,
      sendSlowStartThreshold: 102,
      congestionWindow: 103,
      sendWindow: 104,
      sendBufferBytes: 105,
      receiveWindow: 106,
      rttMs: 107,
      smoothedRttMs: 108,
      rttVarianceMs: 109,
      fastOpenBits: 24,
      packetsSent: 2 ** 40,
      bytesSent: 2 ** 40 + 1,
      bytesRetransmitted: 2 ** 40 + 2,
      packetsReceived: 2 ** 40 + 3,
      bytesReceived: 2 ** 40 + 4,
      bytesOutOfOrder: 2 ** 40 + 5,
      packetsRetransmitted: 2 ** 40 + 6,
    })
  })

  test('lacks what the kernel did not write', () => {
    const info = decodeConnectionInfo(bytes.subarray(0, 42))
    expect(info).toHaveProperty('receiveWindow', 106)
    expect(info).not.toHaveProperty('rttMs')
    expect(decodeConnectionInfo(Buffer.alloc(0))).toEqual({
      state: 'UNKNOWN',
      lossRecovery: false,
      reorderingDetected: false,
    })
  })
})

describe('TCP_INFO', () => {
  test('of FreeBSD has its own numbers of states and its own fields behind those of Linux', () => {
    const head: Put[] = [
      [0, 1, 9],
      [5, 1, 7],
      [6, 1, 0x76],
      [8, 4, 230_000],
      [16, 4, 1448],
      [20, 4, 1400],
    ]
    const middle: Put[] = [
      [52, 4, 5000],
      [68, 4, 300],
      [72, 4, 150],
      [76, 4, 65_535],
      [80, 4, 14_480],
      [96, 4, 65_700],
    ]
    const tail: Put[] = [
      [100, 4, 64_000],
      [120, 4, 3],
      [124, 4, 2],
      [132, 4, 1],
    ]
    expect(decodeFreebsdInfo(structure(256, [...head, ...middle, ...tail]))).toEqual({
      state: 'FIN_WAIT_2',
      congestionState: 0,
      retransmits: 0,
      probes: 0,
      backoff: 0,
      optionBits: 7,
      sendWindowScale: 6,
      receiveWindowScale: 7,
      deliveryRateAppLimited: false,
      rtoUs: 230_000,
      sendMss: 1448,
      receiveMss: 1400,
      lastDataReceivedMs: 5,
      rttUs: 300,
      rttVarianceUs: 150,
      sendSlowStartThreshold: 65_535,
      congestionWindow: 14_480,
      receiveSpace: 65_700,
      sendWindow: 64_000,
      totalRetransmits: 3,
      outOfOrderPackets: 2,
      deliveredCe: 1,
    })
  })

  test('of macOS has its times in milliseconds, which become microseconds', () => {
    const head: Put[] = [
      [0, 1, 1],
      [1, 1, 3],
      [2, 1, 5],
      [3, 1, 6],
      [8, 4, 230],
      [12, 4, 1448],
      [16, 4, 1400],
    ]
    const tail: Put[] = [
      [24, 4, 20],
      [28, 4, 7],
      [32, 4, 15],
      [36, 4, 1],
      [40, 4, 2],
      [44, 4, 3],
      [48, 4, 4],
    ]
    expect(decodeDarwinInfo(structure(424, [...head, ...tail]))).toMatchObject({
      state: 'LISTEN',
      optionBits: 3,
      sendWindowScale: 5,
      receiveWindowScale: 6,
      rtoUs: 230_000,
      sendMss: 1448,
      receiveMss: 1400,
      rttUs: 20_000,
      rttVarianceUs: 7000,
      minRttUs: 15_000,
      sendSlowStartThreshold: 1,
      congestionWindow: 2,
      receiveSpace: 3,
      sendWindow: 4,
    })
  })

  test('of either takes any bytes', () => {
    const decoders = [decodeFreebsdInfo, decodeDarwinInfo, decodeConnectionInfo]
    fc.assert(
      fc.property(fc.constantFrom(...decoders), fc.uint8Array({ maxLength: 120 }), (decode, bytes) => {
        expect(() => decode(bytes)).not.toThrow()
      }),
    )
  })
})
