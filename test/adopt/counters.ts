import { readFileSync } from 'node:fs'

/** A counter of this network namespace, as /proc/net/netstat has it. */
export function counter(table: 'TcpExt' | 'MPTcpExt', name: string): number {
  const lines = readFileSync('/proc/thread-self/net/netstat', 'utf8').split('\n')
  const [names = '', values = ''] = lines.filter((line) => line.startsWith(`${table}:`))
  return Number(values.split(' ')[names.split(' ').indexOf(name)])
}
