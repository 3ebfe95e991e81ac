/**
 * @typedef {object} Operation
 * @property {string} title
 * @property {'set' | 'get'} direction
 * @property {string} name the option's C name
 * @property {number} level
 * @property {number} number
 * @property {boolean} flag whether sockctl takes and gives a boolean
 * @property {number} int the value
 */

// None of them has a deadline, so that sockctl makes one system call for each, as everybody else does.
const options = [
  { name: 'SO_KEEPALIVE', level: 1, number: 9, flag: true, int: 1 },
  { name: 'TCP_KEEPCNT', level: 6, number: 6, flag: false, int: 5 },
]

/** What is measured, with Linux's numbers. @type {Operation[]} */
export const operations = options.flatMap((option) =>
  /** @type {const} */ (['set', 'get']).map((direction) => ({
    title: `${direction} ${option.name}`,
    direction,
    ...option,
  })),
)
