// Runs a command over SSH, on a connection made to order:
//
//   node ssh.mjs --user name --key file [--port number] [--from address] host 'command'
//
// ssh2 takes a socket, connected or still connecting. Here it comes from the local address --from, if there is one, and is
// given up ten seconds after the host stops answering. It ends with the status of the command.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { connectionFactory, getOption } from 'sockctl'
import ssh2 from 'ssh2'

const { values, positionals } = parseArgs({
  options: {
    user: { type: 'string' },
    key: { type: 'string' },
    port: { type: 'string', default: '22' },
    from: { type: 'string' },
  },
  allowPositionals: true,
})
const [host, command] = positionals

const connect = connectionFactory({ localAddress: values.from, options: { TCP_USER_TIMEOUT: 10_000, IP_TOS: 'AF21' } })
const sock = connect({ host, port: values.port })

const client = new ssh2.Client()
client.connect({ sock, username: values.user, privateKey: readFileSync(values.key) })
await once(client, 'ready')
console.error(`connected, TCP_USER_TIMEOUT ${getOption(sock, 'TCP_USER_TIMEOUT')} ms`)

client.exec(command, (error, channel) => {
  if (error) throw error
  channel.pipe(process.stdout)
  channel.stderr.pipe(process.stderr)
  channel.on('exit', (status) => {
    process.exitCode = status ?? 1
  })
  channel.on('close', () => client.end())
})
