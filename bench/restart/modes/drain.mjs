import { drain, listen } from '../../../dist/index.js'

/** The next one listens beside the old one, which is drained then. */
export const title = 'drain()'

export async function begin(server, port) {
  await listen(server, { port, host: '127.0.0.1', reusePort: true })
}

export async function end(server) {
  const { guarantee, reason, steering, accepted, durationMs } = await drain(server)
  return { guarantee, reason, undone: steering.undone, accepted, durationMs }
}

export async function replace(old, next) {
  await next.begin()
  await old.end()
  return next
}
