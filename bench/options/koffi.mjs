import { inProcess } from './measure.mjs'

/** @param {import('node:net').Socket} socket */
export async function open(socket) {
  const { default: koffi } = await import('koffi')
  const libc = koffi.load('libc.so.6')
  const setsockopt = libc.func('int setsockopt(int fd, int level, int name, const int *value, uint32_t length)')
  const getsockopt = libc.func(
    'int getsockopt(int fd, int level, int name, _Out_ int *value, _Inout_ uint32_t *length)',
  )
  const fail = (syscall) => {
    throw new Error(`${syscall}: ${koffi.errno()}`)
  }
  return inProcess({
    set({ level, number, int }, calls) {
      for (let call = 0; call < calls; call++) {
        if (setsockopt(socket._handle.fd, level, number, [int], 4) < 0) fail('setsockopt')
      }
    },
    get({ level, number }, calls) {
      let value
      for (let call = 0; call < calls; call++) {
        const out = [0]
        if (getsockopt(socket._handle.fd, level, number, out, [4]) < 0) fail('getsockopt')
        value = out[0]
      }
      return value
    },
  })
}
