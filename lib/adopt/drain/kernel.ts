import { readFileSync } from 'node:fs'
import type { DrainKernel } from './report.js'

/** A number of /proc/sys/net/ipv4, as the network namespace of this thread has it; 0 where the kernel lacks it. */
function setting(name: string): number {
  try {
    return Number(readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8'))
  } catch {
    return 0
  }
}

/** The settings that matter. @see ip-sysctl(7) of the kernel: Documentation/networking/ip-sysctl.rst */
export function kernelSettings(): DrainKernel {
  return {
    synCookies: setting('tcp_syncookies'),
    fastOpen: setting('tcp_fastopen'),
    migratesRequests: setting('tcp_migrate_req') !== 0,
  }
}
