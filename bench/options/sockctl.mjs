import { getOption, setOption } from '../../dist/index.js'
import { inProcess } from './measure.mjs'

/** Options of several forms, with and without a range. */
const others = ['SO_LINGER', 'SO_RCVTIMEO', 'TCP_NODELAY', 'TCP_USER_TIMEOUT', 'TCP_CONGESTION', 'IP_TOS']

/**
 * A program uses more than one option: code that the engine has fitted to the two that are measured would be faster
 * than anybody's.
 */
function useOthers(socket) {
  for (let turn = 0; turn < 1000; turn++) {
    for (const name of others) setOption(socket, name, getOption(socket, name))
  }
}

/** @param {import('node:net').Socket} socket */
export function open(socket) {
  useOthers(socket)
  return inProcess({
    set({ name, flag, int }, calls) {
      const value = flag ? int !== 0 : int
      for (let call = 0; call < calls; call++) setOption(socket, name, value)
    },
    get({ name }, calls) {
      let value
      for (let call = 0; call < calls; call++) value = getOption(socket, name)
      return Number(value)
    },
  })
}
