import { native } from '../native.js'
import { addressCapacity, decodeAddress } from '../sockaddr.js'
import type { BytesCodec } from './codecs/form.js'
import { readOnly } from './oneway.js'

const familySize = 2

/** The address of the peer, for which the kernel refuses more room than it fills. */
export const peerAddress: BytesCodec = {
  capacity: addressCapacity,
  capacityOf: (fd) => Math.max(native.getpeername(fd, new Uint8Array(addressCapacity)), familySize),
  decode: decodeAddress,
  encode: readOnly,
}
