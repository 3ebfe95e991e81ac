import { decodeWords } from './fields.js'

/** The bytes that the longest list of groups takes, 65536 of them (NGROUPS_MAX): the kernel wants room for all. */
export const groupListSize = 4 * 65536

/** Reads a list of gid_t. */
export function decodeGroupList(bytes: Uint8Array): number[] {
  return decodeWords(bytes)
}
