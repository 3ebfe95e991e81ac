import type { SocketLike } from '../handle.js'
import { getOption, type Instruction, setOption } from '../options/index.js'

/**
 * Lets a classic BPF program look at each packet before the socket gets it. The program returns how many bytes to keep:
 * 0 drops the packet. It takes the place of an earlier one, and the connections that a listener accepts from then on
 * have it too.
 *
 * @param program 1 to 4096 instructions, the last one a return
 * @throws `ERR_INVALID_ARG_TYPE`, `ERR_OUT_OF_RANGE` or `ERR_INVALID_ARG_VALUE` for what is no program; a system error of
 * `setsockopt`: EINVAL for an instruction that the kernel does not know, EPERM with SO_LOCK_FILTER, and on TCP sockets
 * without CAP_NET_ADMIN where the kernel asks for it, ENOMEM for more than net.core.optmem_max has room for
 * @see socket(7), SO_ATTACH_FILTER
 */
export function attachFilter(target: SocketLike, program: readonly Instruction[]): void {
  setOption(target, 'SO_ATTACH_FILTER', program)
}

/**
 * Takes the filter of a socket away.
 *
 * @throws a system error of `setsockopt`: ENOENT where there is none, EPERM with SO_LOCK_FILTER
 * @see socket(7), SO_DETACH_FILTER
 */
export function detachFilter(target: SocketLike): void {
  setOption(target, 'SO_DETACH_FILTER', true)
}

/**
 * Reads the filter of a socket, as it was attached; an empty array where there is none.
 *
 * @throws a system error of `getsockopt`: EACCES where the filter is an eBPF program
 * @see SO_GET_FILTER
 */
export function getFilter(target: SocketLike): Instruction[] {
  return getOption(target, 'SO_GET_FILTER')
}

/**
 * Lets a classic BPF program choose among the sockets of a SO_REUSEPORT group for each new connection, or each datagram.
 * It holds for the whole group, whichever member it is attached to, and takes the place of an earlier one.
 *
 * @param program 1 to 4096 instructions, the last one a return, of the index of a member
 * @throws as `attachFilter`; EINVAL for a socket without SO_REUSEPORT. No privilege is asked for.
 * @see socket(7), SO_ATTACH_REUSEPORT_CBPF
 */
export function attachReuseportProgram(target: SocketLike, program: readonly Instruction[]): void {
  setOption(target, 'SO_ATTACH_REUSEPORT_CBPF', program)
}

/**
 * Takes the program of a SO_REUSEPORT group away: new connections are spread again.
 *
 * @throws a system error of `setsockopt`: ENOENT where there is none
 * @see SO_DETACH_REUSEPORT_BPF (Linux 5.3)
 */
export function detachReuseportProgram(target: SocketLike): void {
  setOption(target, 'SO_DETACH_REUSEPORT_BPF', true)
}
