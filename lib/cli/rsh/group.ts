import type { HostResult } from '../../rsh.js'
import { say } from '../print.js'
import { type Outcome, outcomeOf, type Printer } from './printer.js'
import { foldHosts } from './ranges.js'

/** Prints each output once, under the hosts that all gave it. */
export class GroupPrinter implements Printer {
  readonly #groups = new Map<string, { stdout: Buffer; stderr: Buffer; hosts: string[] }>()
  readonly #takesStatus: boolean

  constructor(takesStatus: boolean) {
    this.#takesStatus = takesStatus
  }

  result(result: HostResult): Outcome {
    const outcome = outcomeOf(result, this.#takesStatus)
    const { stdout, stderr, host } = outcome
    if (stdout.length + stderr.length === 0) return outcome
    const key = `${stdout.length} ${stdout.toString('latin1')}${stderr.toString('latin1')}`
    const group = this.#groups.get(key)
    if (group) group.hosts.push(host)
    else this.#groups.set(key, { stdout, stderr, hosts: [host] })
    return outcome
  }

  end(): void {
    const rule = '-'.repeat(16)
    for (const { stdout, stderr, hosts } of this.#groups.values()) {
      say(`${rule}\n${foldHosts(hosts)}\n${rule}`)
      for (const output of [stdout, stderr]) {
        process.stdout.write(output)
        if (output.length > 0 && output.at(-1) !== 10) say()
      }
    }
  }
}
