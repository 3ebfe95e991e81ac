import { inProcess } from './measure.mjs'

/** @param {import('node:net').Socket} socket */
export async function open(socket) {
  const { getsockopt, setsockopt } = (await import('sockopt')).default
  return inProcess({
    set({ level, number, int }, calls) {
      for (let call = 0; call < calls; call++) setsockopt(socket, level, number, int)
    },
    get({ level, number }, calls) {
      let value
      for (let call = 0; call < calls; call++) value = getsockopt(socket, level, number)
      return value
    },
  })
}
