import { once } from 'node:events'

/** What a program without help does: close, and let the next one listen, which has been started already and waits. */
export const title = 'server.close()'

export async function begin(server, port) {
  await once(server.listen(port, '127.0.0.1'), 'listening')
}

export function end(server) {
  server.close()
}

export async function replace(old, next) {
  await old.end()
  await next.begin()
  return next
}
