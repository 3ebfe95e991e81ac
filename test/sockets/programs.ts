import type { Instruction } from '../../lib/index.js'

/** A program that lets everything through whole. */
export const acceptAll: Instruction[] = [{ code: 6, jt: 0, jf: 0, k: 0xffffffff }]

/** A program that drops everything. */
export const dropAll: Instruction[] = [{ code: 6, jt: 0, jf: 0, k: 0 }]

/** A program of some length that lets everything through. */
export function longProgram(length: number): Instruction[] {
  const load = { code: 0x20, jt: 0, jf: 0, k: 0 }
  return [...Array<Instruction>(length - 1).fill(load), ...acceptAll]
}
