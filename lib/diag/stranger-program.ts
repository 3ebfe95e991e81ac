// The program of the other user's process: it gives up its user id for good, then does what its parent asks.
import { Contender } from './contender.js'
import type { StrangerReport, StrangerRequest } from './stranger.js'

let contender: Contender | undefined

function report(message: StrangerReport): void {
  process.send?.(message)
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
  act(request).then(report, (error: Error) => report({ say: 'failed', reason: error.message }))
})
process.on('disconnect', () => process.exit())

try {
  become(Number(process.argv[2]))
  report({ say: 'ready' })
} catch (error) {
  report({ say: 'failed', reason: (error as Error).message })
}
