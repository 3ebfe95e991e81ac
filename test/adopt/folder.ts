import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'

/** Gives each test a folder of its own, and the path of a socket in it. */
export function useFolder(onMade: (folder: string, path: string) => void): void {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sockctl-'))
    onMade(folder, join(folder, 'socket'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })
}
