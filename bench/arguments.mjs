/** Reads a positive integer from the command line. */
export function positive(name, text) {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  const code = 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE'
  throw Object.assign(new RangeError(`--${name} must be a positive integer`), { code })
}
