import { unsupported } from '../../errors.js'
import { fdOf } from '../../handle.js'
import { listenerOf } from './group.js'
import type { DrainReport } from './report.js'
import type { DrainRequest } from './request.js'
import { TcpDrain } from './tcp.js'
import { Traffic } from './traffic.js'
import { drainUnix } from './unix.js'

/** Drains the listener of a server, whatever its kind. */
export async function runDrain(request: DrainRequest): Promise<DrainReport> {
  using traffic = new Traffic(request)
  traffic.throwIfOver()
  const listener = listenerOf(fdOf(request.server))
  const report = listener ? await new TcpDrain(request, listener, traffic).run() : await drainUnix(request, traffic)
  if (report) return report
  throw unsupported('The listening socket of this server is none that sock_diag shows as TCP or Unix')
}
