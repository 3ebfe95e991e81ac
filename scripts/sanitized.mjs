import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { outputOf, root, run, tool } from './tools.mjs'

const folder = join(root, 'build-asan')
const sanitizers = '-fsanitize=address,undefined,float-cast-overflow'
const flags = {
  CXX: process.env.CXX ?? 'g++',
  CXXFLAGS: `${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer -g -O1 -D_GLIBCXX_ASSERTIONS`,
  LDFLAGS: sanitizers,
}

/** Builds the addon with AddressSanitizer and UndefinedBehaviorSanitizer, in a folder of its own. */
export function buildSanitized() {
  rmSync(join(folder, 'src'), { recursive: true, force: true })
  // make goes by the times of the files.
  for (const name of ['binding.gyp', 'src']) {
    cpSync(join(root, name), join(folder, name), { recursive: true, preserveTimestamps: true })
  }
  const env = { ...process.env, ...flags }
  run(tool('node-gyp'), ['configure', 'build', '--loglevel=error'], { cwd: folder, env })
}

// Node.js 24 and 26 leak a few bytes in OpenSSL's start.
const suppressions = join(root, 'scripts', 'leaks.txt')

/**
 * The environment for a Node.js that loads that build. The sanitizer's library has to be the first one in the process,
 * which was not built with it.
 */
export function sanitizedEnvironment(leaks) {
  const library = outputOf(flags.CXX, ['-print-file-name=libasan.so'])
  return {
    ...process.env,
    LD_PRELOAD: library,
    ASAN_OPTIONS: `detect_leaks=${leaks ? 1 : 0}`,
    LSAN_OPTIONS: `suppressions=${suppressions}:print_suppressions=0`,
    UBSAN_OPTIONS: 'print_stacktrace=1',
    SOCKCTL_PREBUILD: folder,
  }
}
