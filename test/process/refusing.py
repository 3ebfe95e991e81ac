"""Runs a command to which the kernel refuses a system call, as a sandbox or an old kernel would.

refusing.py <call>[:<first argument>] <errno name> <command> [argument...]
"""

import ctypes
import errno
import os
import platform
import struct
import sys

NUMBERS = {
    "x86_64": {"socket": 41, "pidfd_open": 434, "pidfd_getfd": 438},
    "aarch64": {"socket": 198, "pidfd_open": 434, "pidfd_getfd": 438},
}
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
NO_NEW_PRIVILEGES, SECCOMP, FILTER = 38, 22, 2
NUMBER_OFFSET, ARGUMENT_OFFSET = 0, 16


def program(number, argument, error):
    """A classic BPF program over seccomp_data: a system call, its first argument where one is given, and the verdict."""
    checks = [(NUMBER_OFFSET, number)] + ([] if argument is None else [(ARGUMENT_OFFSET, argument)])
    lines = []
    for index, (offset, value) in enumerate(checks):
        to_allow = 2 * (len(checks) - 1 - index) + 1
        lines += [(LOAD, 0, 0, offset), (EQUAL, 0, to_allow, value)]
    lines += [(RETURN, 0, 0, REFUSE | error), (RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *line) for line in lines), len(lines)


def main():
    call, _, argument = sys.argv[1].partition(":")
    number = NUMBERS[platform.machine()][call]
    code, count = program(number, int(argument) if argument else None, getattr(errno, sys.argv[2]))
    buffer = ctypes.create_string_buffer(code)
    descriptor = struct.pack("HxxxxxxP", count, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(SECCOMP, FILTER, descriptor, 0, 0):
        sys.exit(f"seccomp: {os.strerror(ctypes.get_errno())}")
    os.execvp(sys.argv[3], sys.argv[3:])


main()
