import { prepare } from './setup.mjs'

const benchmarks = {
  close: 'what closeAfterPeer reports of 1,000 closes, next to what sock_diag tells at both ends',
  abort: 'how far a client gets that aborts, past the point where one that closes has used up its ports',
  budget: 'connections a client can open before its ports are used up: predicted next to measured',
  connect: 'the cost of connecting, and of data over the connections, next to net.connect',
  listen: 'connections accepted by the workers of a cluster, next to round robin and to reusePort of Node.js',
  load: 'how long import takes in a fresh process, next to node:net',
  connections: '100,000 connections held at once, and the memory that they take, next to net',
  options: 'the cost of setting and reading an option, next to C, Python, bare Node-API, koffi and sockopt',
  restart: 'an HTTP server that is restarted under load: the requests that are lost, plainly and with drain',
  takeover: 'a takeover under load, with the old or the new process killed at each step',
  rsh: 'a command on 1,500 and 5,000 hosts over rsh, next to pdsh, netkit-rsh and rsh-redone',
  watch: 'the page of sockctl watch with 20,000 sockets: what a frame takes, and the server',
  sockets: 'listing every socket, finding a listener and its process, next to C, ss and find-process',
  why: 'what ss, lsof, kill-port and sockctl say of an address that is in use',
}

const [name, ...args] = process.argv.slice(2)
if (name !== undefined && Object.hasOwn(benchmarks, name)) {
  const { run } = await import(`./${name}.mjs`)
  try {
    await run(args, prepare)
  } catch (error) {
    if (!String(error.code).startsWith('ERR_PARSE_ARGS')) throw error
    console.error(error.message)
    process.exitCode = 2
  }
} else {
  if (name !== undefined) console.error(`There is no benchmark ${name}.`)
  console.error('npm run bench -- <benchmark> [--help]')
  for (const [benchmark, what] of Object.entries(benchmarks)) console.error(`  ${benchmark.padEnd(13)}${what}`)
  process.exitCode = 2
}
