// A small program with multiRsh, as a user would write it: client.mjs '{ "count", "by", "fanout", "command", ... }'
import { multiRsh } from '../../dist/rsh.js'
import { hostsOf, namesOf } from './hosts.mjs'

const { count, by, ...options } = JSON.parse(process.argv[2])
for await (const { host, stdout, stderr, error } of multiRsh(
  by === 'name' ? namesOf(count) : hostsOf(count),
  options,
)) {
  if (stdout.length > 0) process.stdout.write(`${host}: ${stdout}`)
  if (stderr.length > 0) process.stderr.write(`${host}: ${stderr}`)
  if (error) process.stderr.write(`${error.message}\n`)
}
