import { endianness } from 'node:os'
import { decodeAddress, type SocketAddress } from '../sockaddr.js'
import { viewOf } from './codecs/fields.js'
import type { BytesCodec } from './codecs/form.js'
import { readOnly } from './oneway.js'
import { decodeTcpInfo, type TcpInfo, tcpInfoSize } from './tcpinfo.js'

/** The two ends of a subflow. */
export interface SubflowAddresses {
  local: SocketAddress
  remote: SocketAddress
}

const little = endianness() === 'LE'
const most = 64
const headSize = 16
const storageSize = 128

/** What stands before an array of subflows: the size of this, of the kernel's elements, and of ours. */
function requestOf(elementSize: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(headSize, 0, 0, elementSize).buffer)
}

/** An option that has an element for each subflow. */
function subflowCodec(elementSize: number, decode: (element: Buffer) => unknown): BytesCodec {
  return {
    capacity: headSize + most * elementSize,
    request: requestOf(elementSize),
    decode(read) {
      const view = viewOf(read)
      const [count, kernelSize] = [view.getUint32(4, little), view.getUint32(8, little)]
      return Array.from({ length: Math.min(count, most) }, (_, index) => {
        const start = headSize + index * elementSize
        return decode(read.subarray(start, start + Math.min(elementSize, kernelSize)))
      })
    },
    encode: readOnly,
  }
}

/** struct tcp_info of each subflow. */
export const mptcpTcpInfo: BytesCodec = subflowCodec(tcpInfoSize, (element): TcpInfo => decodeTcpInfo(element))

/** struct mptcp_subflow_addrs: two addresses for each subflow. */
export const mptcpAddresses: BytesCodec = subflowCodec(2 * storageSize, (element): SubflowAddresses => {
  return {
    local: decodeAddress(element.subarray(0, storageSize)),
    remote: decodeAddress(element.subarray(storageSize)),
  }
})
