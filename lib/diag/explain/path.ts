import { accessSync, constants, lstatSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { SystemError } from '../../errors.js'
import { abstractCauses, socketFileCauses } from './bound.js'
import { type Cause, cause } from './cause.js'
import type { Attempt } from './query.js'
import { pathText } from './words.js'

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

function kindOf(file: Stats): string {
  if (file.isSymbolicLink()) return 'a symbolic link'
  if (file.isDirectory()) return 'a directory'
  return file.isFile() ? 'a regular file' : 'a special file'
}

function fileOf(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch {
    return undefined
  }
}

function deniedCauses(denied: string): Cause[] {
  return [cause('path-denied', `This user has no permission to ${denied}.`)]
}

/** Tells that a folder is missing, or none; not of one that this user may not look at. */
function folderCauses(folder: string): Cause[] {
  try {
    if (statSync(folder).isDirectory()) return []
    return [cause('path-missing', `${pathText(folder)} is no folder, so that there can be no file in it.`)]
  } catch (error) {
    const { code } = error as SystemError
    if (code === 'EACCES') return []
    return [
      cause('path-missing', `The folder ${pathText(folder)}, where the file is to be, cannot be found (${code}).`),
    ]
  }
}

/** Tells what keeps a Unix socket from being bound, or connected, to a path. */
export function pathCauses({ path = '', call, code }: Attempt): Cause[] {
  if (path.startsWith('\0')) return abstractCauses(path)
  const file = fileOf(path)
  const folder = dirname(path)
  if (call === 'connect')
    return isAllowed(path, constants.W_OK) ? [] : deniedCauses(`write to ${pathText(path)}, as a connect takes`)
  if (code !== 'EACCES' && file) {
    if (file.isSocket()) return socketFileCauses(path)
    return [cause('not-a-socket', `${pathText(path)} is ${kindOf(file)}, and bind(2) replaces nothing.`)]
  }
  const missing = folderCauses(folder)
  if (missing.length > 0 || isAllowed(folder, constants.W_OK | constants.X_OK)) return missing
  return deniedCauses(`make a file in ${pathText(folder)}`)
}
