import { endianness } from 'node:os'
import { invalidArgType, invalidArgValue, outOfRange } from '../errors.js'
import { validateInteger, validateObject } from '../validate.js'
import { viewOf } from './codecs/fields.js'
import type { BytesCodec } from './codecs/form.js'

/** One instruction of a classic BPF program. */
export interface Instruction {
  /** What to do, with the operands' kinds: the sum of BPF_LD, BPF_ABS, BPF_W and the like. */
  code: number
  /** How many instructions to skip when a comparison holds; 0 where nothing is compared. */
  jt: number
  /** How many to skip when it does not. */
  jf: number
  /** The constant: an offset, a number to compare with, a distance to jump, a value to return. */
  k: number
}

const little = endianness() === 'LE'
const size = 8
const longest = 4096
const classMask = 0x07
const jumpClass = 0x05
const returnClass = 0x06
const operationMask = 0xf0

/** The bytes that the longest program takes. */
export const programCapacity = longest * size

function validateInstruction(value: unknown, name: string): asserts value is Instruction {
  validateObject(value, name)
  validateInteger(value.code, `${name}.code`, 0, 0xffff)
  validateInteger(value.jt, `${name}.jt`, 0, 0xff)
  validateInteger(value.jf, `${name}.jf`, 0, 0xff)
  validateInteger(value.k, `${name}.k`, 0, 2 ** 32 - 1)
}

/** How far an instruction can jump: by its constant where it always jumps, by one of two numbers where it compares. */
function longestJump({ code, jt, jf, k }: Instruction): number {
  if ((code & classMask) !== jumpClass) return 0
  return (code & operationMask) === 0 ? k : Math.max(jt, jf)
}

/**
 * Checks a classic BPF program as far as that takes no kernel: its length, the range of each field, that no jump leaves
 * it and that it ends with a return.
 */
export function validateProgram(value: unknown, name: string): asserts value is readonly Instruction[] {
  if (!Array.isArray(value)) throw invalidArgType(name, 'an array of instructions', value)
  const { length } = value
  if (length < 1 || length > longest) throw outOfRange(`${name}.length`, `>= 1 && <= ${longest}`, length)
  for (const [index, one] of value.entries()) {
    const place = `${name}[${index}]`
    validateInstruction(one, place)
    const jump = longestJump(one)
    if (index + 1 + jump >= length && jump > 0) throw invalidArgValue(place, one, 'must not jump out of the program')
  }
  const last: Instruction = value[length - 1]
  if ((last.code & classMask) === returnClass) return
  throw invalidArgValue(`${name}[${length - 1}]`, last, 'must be a return, since it is the last instruction')
}

/** struct sock_filter, once for each instruction. The addon makes the struct sock_fprog that points to them. */
export const program: BytesCodec = {
  capacity: programCapacity,
  isProgram: true,
  decode(bytes) {
    const view = viewOf(bytes)
    return Array.from({ length: bytes.length / size }, (_, index): Instruction => {
      const at = index * size
      const [jt, jf] = [view.getUint8(at + 2), view.getUint8(at + 3)]
      return { code: view.getUint16(at, little), jt, jf, k: view.getUint32(at + 4, little) }
    })
  },
  encode(value, name) {
    validateProgram(value, name)
    const bytes = new Uint8Array(value.length * size)
    const view = new DataView(bytes.buffer)
    for (const [index, { code, jt, jf, k }] of value.entries()) {
      const at = index * size
      view.setUint16(at, code, little)
      bytes.set([jt, jf], at + 2)
      view.setUint32(at + 4, k, little)
    }
    return bytes
  },
}
