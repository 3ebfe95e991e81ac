import { once } from 'node:events'

/** No restart: the next process is started and goes away again, so that it costs what a restart costs. */
export const title = 'no restart'

export async function begin(server, port) {
  await once(server.listen(port, '127.0.0.1'), 'listening')
}

export async function replace(old, next) {
  next.discard()
  return old
}
