import { unsupported } from '../../errors.js'
import { validateObject, validateOneOf } from '../../validate.js'
import { little, validateBytes } from './fields.js'

const versions = { 'TLSv1.2': 0x0303, 'TLSv1.3': 0x0304 } as const
/** The number of each cipher, and the bytes of its initialization vector, key and salt. */
const ciphers = {
  'aes-128-gcm': { number: 51, iv: 8, key: 16, salt: 4 },
  'aes-256-gcm': { number: 52, iv: 8, key: 32, salt: 4 },
  'aes-128-ccm': { number: 53, iv: 8, key: 16, salt: 4 },
  'chacha20-poly1305': { number: 54, iv: 12, key: 32, salt: 0 },
  'sm4-gcm': { number: 55, iv: 8, key: 16, salt: 4 },
  'sm4-ccm': { number: 56, iv: 8, key: 16, salt: 4 },
  'aria-128-gcm': { number: 57, iv: 8, key: 16, salt: 4 },
  'aria-256-gcm': { number: 58, iv: 8, key: 32, salt: 4 },
} as const
const sequenceSize = 8

type Cipher = keyof typeof ciphers

/** The bytes of struct tls_crypto_info, the head of the structures of all ciphers: version, cipher. */
export const cryptoHeadSize = 4

/**
 * TLS_TX and TLS_RX: the keys of one direction of a TLS connection.
 *
 * @see include/uapi/linux/tls.h
 */
export interface CryptoInfo {
  version: keyof typeof versions
  cipher: Cipher
  /** The part of the nonce that records bring: 8 bytes, 12 with `chacha20-poly1305`. */
  iv: Uint8Array
  /** 16 or 32 bytes, as the cipher has it. */
  key: Uint8Array
  /** The part of the nonce that stays: 4 bytes, none with `chacha20-poly1305`. */
  salt: Uint8Array
  /** The number of the next record, 8 bytes in network byte order. */
  sequence: Uint8Array
}

function readHead(bytes: Uint8Array): { version: CryptoInfo['version']; cipher: Cipher } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, cryptoHeadSize)
  const [versionNumber, cipherNumber] = [view.getUint16(0, little), view.getUint16(2, little)]
  const version = (Object.keys(versions) as CryptoInfo['version'][]).find((name) => versions[name] === versionNumber)
  const cipher = (Object.keys(ciphers) as Cipher[]).find((name) => ciphers[name].number === cipherNumber)
  if (version && cipher) return { version, cipher }
  throw unsupported(`sockctl does not know the cipher ${cipherNumber} of TLS version ${versionNumber}`)
}

/** The bytes of the whole structure, by its head. */
export function cryptoInfoSize(head: Uint8Array): number {
  const { iv, key, salt } = ciphers[readHead(head).cipher]
  return cryptoHeadSize + iv + key + salt + sequenceSize
}

/** Reads struct tls12_crypto_info_* of any cipher. */
export function decodeCryptoInfo(bytes: Uint8Array): CryptoInfo {
  const { version, cipher } = readHead(bytes)
  let offset = cryptoHeadSize
  const take = (length: number) => {
    offset += length
    return Buffer.from(bytes.subarray(offset - length, offset))
  }
  const { iv, key, salt } = ciphers[cipher]
  return { version, cipher, iv: take(iv), key: take(key), salt: take(salt), sequence: take(sequenceSize) }
}

/** Makes struct tls12_crypto_info_* of the cipher. */
export function encodeCryptoInfo(value: unknown, name: string): Uint8Array {
  validateObject(value, name)
  const { version, cipher, iv, key, salt, sequence } = value
  validateOneOf(version, `${name}.version`, Object.keys(versions) as CryptoInfo['version'][])
  validateOneOf(cipher, `${name}.cipher`, Object.keys(ciphers) as Cipher[])
  const sizes = ciphers[cipher]
  validateBytes(iv, `${name}.iv`, sizes.iv)
  validateBytes(key, `${name}.key`, sizes.key)
  validateBytes(salt, `${name}.salt`, sizes.salt)
  validateBytes(sequence, `${name}.sequence`, sequenceSize)
  const head = new Uint8Array(Uint16Array.of(versions[version], sizes.number).buffer)
  return Buffer.concat([head, iv, key, salt, sequence])
}
