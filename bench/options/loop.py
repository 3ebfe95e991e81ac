"""Answers each line "set|get LEVEL NUMBER INT CALLS" with "NANOSECONDS-A-CALL VALUE"."""

import itertools
import socket
import sys
import time


def set_option(client, level, number, value, calls):
    setsockopt = client.setsockopt
    for _ in itertools.repeat(None, calls):
        setsockopt(level, number, value)
    return value


def get_option(client, level, number, _value, calls):
    getsockopt = client.getsockopt
    for _ in itertools.repeat(None, calls):
        value = getsockopt(level, number)
    return value


def main():
    listener = socket.create_server(('127.0.0.1', 0))
    client = socket.create_connection(listener.getsockname())
    _connection = listener.accept()
    for line in sys.stdin:
        direction, *numbers = line.split()
        level, number, value, calls = map(int, numbers)
        loop = set_option if direction == 'set' else get_option
        start = time.perf_counter_ns()
        value = loop(client, level, number, value, calls)
        print((time.perf_counter_ns() - start) / calls, value, flush=True)


main()
