import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { timeData } from './data.mjs'
import { timeDials } from './dial.mjs'
import { compareHandles } from './handles.mjs'

// Runs in a network namespace of its own and prints what it measured.

const how = JSON.parse(process.argv[2])
const server = fork(fileURLToPath(new URL('server.mjs', import.meta.url)))
const [{ accepting, echoing }] = await once(server, 'message')
const handles = await compareHandles(echoing)
const dials = await timeDials(accepting, how)
const data = await timeData(echoing, how)
server.disconnect()
process.stdout.write(JSON.stringify({ handles, dials, data }))
