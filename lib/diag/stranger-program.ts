// The program of the other user's process: it gives up its user id for good, then does what its parent asks.
import { Contender } from './contender.js'
import type { StrangerFailure, StrangerReport, StrangerRequest } from './stranger.js'

let contender: Contender | undefined

function report(message: StrangerReport): void {
  process.send?.(message)
}

function failureOf({ message, code, syscall }: NodeJS.ErrnoException): StrangerFailure {
  return { say: 'failed', reason: message, code, syscall }
}

function become(id: number): void {
  process.setgroups?.([])
  process.setgid?.(id)
  process.setuid?.(id)
}

async function act(request: StrangerRequest): Promise<StrangerReport> {
  if (request.do === 'close') {
    await contender?.close()
    return { say: 'closed' }
  }
  contender = new Contender(request.plan)
  contender.on('received', () => report({ say: 'received' }))
  return { say: 'contends', contention: await contender.contend(request.port) }
}

process.on('message', (request: StrangerRequest) => {
  act(request).then(report, (error: Error) => report(failureOf(error)))
})
process.on('disconnect', () => process.exit())

try {
  become(Number(process.argv[2]))
  report({ say: 'ready' })
} catch (error) {
  report(failureOf(error as Error))
}
