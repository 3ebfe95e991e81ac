import { decodeWords, viewOf } from './fields.js'

/** BBR's unit of a gain, and DCTCP's of its estimate. */
const gainUnit = 256
const alphaUnit = 1024
const bbrSize = 20
const sharedSize = 16

/** The bytes to offer for TCP_CC_INFO, with room for what is not known here. */
export const congestionInfoSize = 64

/**
 * TCP_CC_INFO: what the congestion control algorithm of a connection thinks. Only BBR's has a length of its own; where
 * it is Vegas' or DCTCP's, both readings are there, and TCP_CONGESTION tells which one is meant. Other algorithms tell
 * nothing.
 *
 * @see include/uapi/linux/inet_diag.h (union tcp_cc_info)
 */
export interface CongestionInfo {
  bbr?: {
    /** The most that the path delivers, in bytes a second. */
    bandwidth: number
    /** The shortest round trip, in microseconds. */
    minRttUs: number
    /** The rate of sending, as a multiple of that bandwidth. */
    pacingGain: number
    /** The congestion window, as a multiple of what is then under way. */
    congestionWindowGain: number
  }
  vegas?: {
    enabled: boolean
    /** Round trips measured since the last adjustment. */
    rttCount: number
    /** The shortest of them, in microseconds. */
    rttUs: number
    /** The shortest round trip of all, in microseconds. */
    minRttUs: number
  }
  dctcp?: {
    enabled: boolean
    /** Whether the last packet bore a mark of congestion. */
    congestionExperienced: boolean
    /** The estimated share of marked packets, 0 to 1. */
    alpha: number
    /** Bytes that were acknowledged with a mark. */
    markedBytes: number
    /** Bytes that were acknowledged in all. */
    ackedBytes: number
  }
}

/** Reads union tcp_cc_info. */
export function decodeCongestionInfo(bytes: Uint8Array): CongestionInfo {
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0] = decodeWords(bytes)
  if (bytes.length >= bbrSize) {
    const bandwidth = second * 2 ** 32 + first
    const [pacingGain, congestionWindowGain] = [fourth / gainUnit, fifth / gainUnit]
    return { bbr: { bandwidth, minRttUs: third, pacingGain, congestionWindowGain } }
  }
  if (bytes.length < sharedSize) return {}
  const view = viewOf(bytes)
  return {
    vegas: { enabled: first !== 0, rttCount: second, rttUs: third, minRttUs: fourth },
    dctcp: {
      // Whether a half is zero is the same in either order of bytes.
      enabled: view.getUint16(0) !== 0,
      congestionExperienced: view.getUint16(2) !== 0,
      alpha: second / alphaUnit,
      markedBytes: third,
      ackedBytes: fourth,
    },
  }
}
