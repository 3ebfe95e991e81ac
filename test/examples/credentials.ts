import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { credentials } from '../adopt/tls.js'

/** Puts a key, and its certificate for localhost, into a file that the tests of a file can give to programs. */
export function useCredentialsFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sockctl-credentials-'))
  const file = join(folder, 'credentials.pem')
  writeFileSync(file, credentials.key)
  afterAll(() => rmSync(folder, { recursive: true }))
  return file
}
