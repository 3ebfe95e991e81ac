import { invalidArgType } from '../../errors.js'
import { maxInt32, validateInteger, validateOneOf } from '../../validate.js'
import type { NamedNumber, Platform } from '../entry.js'
import type { ScalarCodec } from './form.js'

/** The name of a number, or the number where it has none. */
export function nameOf<Name extends string>(names: Readonly<Record<Name, number>>, number: number): Name | number {
  const [name] = Object.entries<number>(names).find(([, value]) => value === number) ?? []
  return name === undefined ? number : (name as Name)
}

/** Checks for a name, or for an integer between two bounds, and gives the number. */
export function numberOf(
  names: Readonly<Record<string, number>>,
  value: unknown,
  name: string,
  least: number,
  most: number,
): number {
  if (typeof value === 'number') validateInteger(value, name, least, most)
  else if (typeof value !== 'string') throw invalidArgType(name, 'of type string or number', value)
  else validateOneOf(value, name, Object.keys(names))
  return typeof value === 'number' ? value : (names[value] as number)
}

function onThisPlatform(names: Readonly<Record<string, NamedNumber>>): Record<string, number> {
  const numbers = Object.entries(names).map(([name, number]) => {
    return [name, typeof number === 'number' ? number : number[process.platform as Platform]] as const
  })
  return Object.fromEntries(numbers.filter((pair): pair is [string, number] => pair[1] !== undefined))
}

/** How an option crosses to the kernel whose values have names. */
export function namedCodec(names: Readonly<Record<string, NamedNumber>>): ScalarCodec {
  const numbers = onThisPlatform(names)
  return {
    range: [-maxInt32 - 1, maxInt32],
    fromInt: (int) => nameOf(numbers, int),
    toInt: (value, name, least, most) => numberOf(numbers, value, name, least, most),
  }
}
