// Ten commands at once to each of a hundred hosts, each of which must get its own answers.
import { multiRsh } from '../../dist/rsh.js'
import { hostsOf } from './hosts.mjs'

const { count, commands } = JSON.parse(process.argv[2])
const hosts = hostsOf(count)

async function rightOf(command) {
  let right = 0
  for await (const { host, ok, stdout, stderr } of multiRsh(hosts, { command, fanout: count })) {
    if (ok && String(stdout) === `out ${host} ${command}\n` && String(stderr) === `err ${host} ${command}\n`) right++
  }
  return right
}

const started = performance.now()
const right = await Promise.all(Array.from({ length: commands }, (_, index) => rightOf(`command ${index}`)))
const seconds = (performance.now() - started) / 1000
console.log(JSON.stringify({ right: right.reduce((sum, one) => sum + one, 0), seconds }))
