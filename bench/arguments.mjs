import { parseArgs } from 'node:util'

function positive(name, text) {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  const code = 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE'
  throw Object.assign(new RangeError(`--${name} must be a positive integer`), { code })
}

/**
 * Reads the command line of a benchmark: its own numbers and texts, and what every benchmark takes.
 *
 * @param {string[]} args the command line
 * @param {Record<string, number | string>} own what the benchmark takes, with its defaults; a default says the type
 */
export function parseArguments(args, own) {
  const texts = Object.entries(own).map(([name, value]) => [name, { type: 'string', default: String(value) }])
  const { values } = parseArgs({
    args,
    options: {
      ...Object.fromEntries(texts),
      json: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const numbers = Object.keys(own).filter((name) => typeof own[name] === 'number')
  return { ...values, ...Object.fromEntries(numbers.map((name) => [name, positive(name, values[name])])) }
}
