import { chownSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nobody } from '../support.js'

/** The user that servers in here let in. The passwd file that has it is mounted for them alone. */
export const user = 'throwaway'

/** A shell command, with the home as $0, after which the user exists for what is started from there. */
export const mountAccount = 'mount --bind "$0/passwd" /etc/passwd; mount --bind "$0/hosts" /etc/hosts'

/**
 * Makes the user's home, with files that only the user may write, and the system files that make the user exist. No
 * failure can leave a user behind.
 *
 * @param files the texts of the files, by their paths in the home
 */
export function makeHome(files: Readonly<Record<string, string>>): string {
  const home = mkdtempSync(join(tmpdir(), 'sockctl-home-'))
  chownSync(home, nobody, nobody)
  for (const [path, text] of Object.entries(files)) {
    const [folder] = path.split('/')
    if (folder !== path) mkdirSync(join(home, folder as string), { mode: 0o700 })
    writeFileSync(join(home, path), text, { mode: 0o600 })
    for (const part of [folder as string, path]) chownSync(join(home, part), nobody, nobody)
  }
  // sshd, which becomes a user of its own where it talks to strangers, looks for that one too.
  const accounts = ['root:*:0:0::/root:/bin/sh', 'sshd:*:100:65534::/run/sshd:/bin/false']
  const own = `${user}:*:${nobody}:${nobody}::${home}:/bin/sh`
  writeFileSync(join(home, 'passwd'), [...accounts, own, ''].join('\n'))
  writeFileSync(join(home, 'hosts'), '127.0.0.1 localhost\n')
  return home
}
