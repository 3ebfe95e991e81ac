/** The systems of the option table, in words. */
export const platforms = { linux: 'Linux', darwin: 'macOS', freebsd: 'FreeBSD', win32: 'Windows' }

/** The systems that have an option, in words: `macOS and FreeBSD`. */
export function systemsOf({ number }) {
  const names = Object.keys(platforms).filter((key) => number[key] !== undefined)
  return names
    .map((key) => platforms[key])
    .join(', ')
    .replace(/, (?=\w+$)/, ' and ')
}

/** Whether Linux lacks an option. */
export function isForeign({ number }) {
  return number.linux === undefined
}
