import { createRequire } from 'node:module'
import { inProcess } from './measure.mjs'

/** @param {import('node:net').Socket} socket */
export function open(socket) {
  const { getsockopt, setsockopt } = createRequire(import.meta.url)('../build/Release/bare.node')
  const { fd } = socket._handle
  return inProcess({
    set({ level, number, int }, calls) {
      for (let call = 0; call < calls; call++) {
        const errno = setsockopt(fd, level, number, int)
        if (errno !== 0) throw new Error(`setsockopt: ${errno}`)
      }
    },
    get({ level, number }, calls) {
      let value
      for (let call = 0; call < calls; call++) value = getsockopt(fd, level, number)
      return value
    },
  })
}
