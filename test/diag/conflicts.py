"""Measure, with real sockets on Linux, when two sockets may share a port.

For every case a FIRST socket is bound (and, for TCP, perhaps listens), then a
SECOND socket tries to bind and listen on the same port. Recorded are what the
kernel answered to each call and which of the two receives traffic sent to the
loopback address. The result is a JSON array on standard output.

Usage:
    python3 conflicts.py [--namespace] [--filter key=value ...] > out.json

--namespace   run in a private network namespace (needs root), so that nothing
              outside is touched; otherwise unused ports are asked for
--filter      run only the cases with this value, as in --filter protocol=tcp
              or --filter firstListens=false; several values of one key are
              alternatives, different keys must all match

Cases with user "other" need root: their second socket belongs to a child
process that runs as user 65534. Without root they carry the key "unmeasured"
with the reason instead of results.

Python 3.9 or newer, standard library only.
"""

import argparse
import ctypes
import errno
import fcntl
import json
import os
import socket
import struct
import sys
import time

KEYS = {
    "protocol": ["tcp", "udp"],
    "families": ["ipv4", "ipv6", "dual-ipv4", "ipv4-dual"],
    "firstAddress": ["wildcard", "specific"],
    "secondAddress": ["wildcard", "specific"],
    "firstReuse": ["none", "address", "port", "both"],
    "secondReuse": ["none", "address", "port", "both"],
    "firstListens": [True, False],
    "user": ["same", "other"],
}

# The kind of the first and of the second socket.
KINDS = {
    "ipv4": ("ipv4", "ipv4"),
    "ipv6": ("ipv6", "ipv6"),
    "dual-ipv4": ("dual", "ipv4"),
    "ipv4-dual": ("ipv4", "dual"),
}

ADDRESSES = {
    "ipv4": {"wildcard": "0.0.0.0", "specific": "127.0.0.1"},
    "ipv6": {"wildcard": "::", "specific": "::1"},
    "dual": {"wildcard": "::", "specific": "::ffff:127.0.0.1"},
}

OTHER_USER = 65534
FIRST_NAMESPACE_PORT = 20000
BACKLOG = 64
ROUNDS_SHARED = 32
ROUNDS_PLAIN = 2
ARRIVAL_SECONDS = 1.0

CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS = 0x8913
SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1
IFREQ = "16sH22x"


# --- sockets ---------------------------------------------------------------


def error_name(error):
    return errno.errorcode.get(error.errno, str(error.errno))


def outcome(call, *arguments):
    """Do a socket call and return "ok" or the name of its error."""
    try:
        call(*arguments)
    except OSError as error:
        return error_name(error)
    return "ok"


def close_at_once(sock):
    """Close with a reset, because TIME_WAIT could disturb later calls."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def socket_type(protocol):
    return socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM


def set_reuse(sock, reuse):
    if reuse in ("address", "both"):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if reuse in ("port", "both"):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)


def open_socket(protocol, kind, reuse):
    """Create a non-blocking, still unbound socket with all its options."""
    family = socket.AF_INET if kind == "ipv4" else socket.AF_INET6
    sock = socket.socket(family, socket_type(protocol))
    sock.setblocking(False)
    if family == socket.AF_INET6:
        only = 1 if kind == "ipv6" else 0
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
    set_reuse(sock, reuse)
    return sock


class Endpoint:
    """One of the two sockets of a case, living in this process."""

    def __init__(self):
        self.sock = None
        self.protocol = None
        self.receives = False

    def open(self, protocol, kind, reuse):
        self.protocol = protocol
        self.receives = False
        self.sock = open_socket(protocol, kind, reuse)

    def bind(self, address, port):
        result = outcome(self.sock.bind, (address, port))
        self.receives = self.protocol == "udp" and result == "ok"
        return result

    def listen(self):
        result = outcome(self.sock.listen, BACKLOG)
        self.receives = result == "ok"
        return result

    def take(self):
        """Take one waiting connection or datagram; say whether there was one."""
        if not self.receives:
            return False
        try:
            if self.protocol == "tcp":
                close_at_once(self.sock.accept()[0])
            else:
                self.sock.recv(16)
        except BlockingIOError:
            return False
        return True

    def close(self):
        if self.sock is not None:
            self.sock.close()
        self.sock = None
        self.receives = False


# --- the child of another user ---------------------------------------------


class RemoteEndpoint:
    """An Endpoint that lives in the child process."""

    def __init__(self, stream):
        self.stream = stream

    def ask(self, method, *arguments):
        send_line(self.stream, [method, arguments])
        answer = receive_line(self.stream)
        if "failed" in answer:
            raise OSError(*answer["failed"])
        return answer["result"]

    def open(self, protocol, kind, reuse):
        return self.ask("open", protocol, kind, reuse)

    def bind(self, address, port):
        return self.ask("bind", address, port)

    def listen(self):
        return self.ask("listen")

    def take(self):
        return self.ask("take")

    def close(self):
        return self.ask("close")


def send_line(stream, value):
    stream.write(json.dumps(value).encode() + b"\n")
    stream.flush()


def receive_line(stream):
    line = stream.readline()
    if not line:
        raise RuntimeError("the other process is gone")
    return json.loads(line)


def give_up_root():
    os.setgroups([])
    os.setgid(OTHER_USER)
    os.setuid(OTHER_USER)


def answer_request(endpoint, request):
    method, arguments = request
    try:
        return {"result": getattr(endpoint, method)(*arguments)}
    except OSError as error:
        return {"failed": [error.errno, error.strerror]}


def serve(stream):
    """The child: give up root, then do what the parent asks until it leaves."""
    try:
        give_up_root()
    except OSError as error:
        send_line(stream, {"unmeasured": "cannot become another user: %s" % error})
        return
    send_line(stream, {})
    endpoint = Endpoint()
    for line in stream:
        send_line(stream, answer_request(endpoint, json.loads(line)))


def run_child(channel):
    status = 1
    try:
        serve(channel.makefile("rwb"))
        status = 0
    finally:
        os._exit(status)


class OtherUser:
    """The child process; `unmeasured` is the reason when there is none."""

    def __init__(self):
        self.pid = None
        self.stream = None
        self.endpoint = None
        self.unmeasured = None

    def start(self):
        if os.geteuid() != 0:
            self.unmeasured = "needs root to become another user"
            return
        ours, theirs = socket.socketpair()
        self.pid = os.fork()
        if self.pid == 0:
            # The parent's end must not stay open here: its closing is what
            # tells the child to end.
            ours.close()
            run_child(theirs)
        theirs.close()
        self.stream = ours.makefile("rwb")
        ours.close()
        self.unmeasured = receive_line(self.stream).get("unmeasured")
        self.endpoint = RemoteEndpoint(self.stream)

    def stop(self):
        if self.pid:
            self.stream.close()
            os.waitpid(self.pid, 0)


# --- network namespace and ports -------------------------------------------


def unshare_network():
    if hasattr(os, "unshare"):
        os.unshare(CLONE_NEWNET)
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def bring_loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = fcntl.ioctl(sock, SIOCGIFFLAGS, struct.pack(IFREQ, b"lo", 0))
        flags = struct.unpack(IFREQ, request)[1]
        fcntl.ioctl(sock, SIOCSIFFLAGS, struct.pack(IFREQ, b"lo", flags | IFF_UP))


def enter_namespace():
    unshare_network()
    bring_loopback_up()


def counted_ports():
    """Ports of a private namespace, below those the kernel gives to clients."""
    port = FIRST_NAMESPACE_PORT
    while True:
        yield port
        port += 1


def unused_port():
    """A port unused for either protocol in either family.

    The TCP probe never listens nor connects, so it leaves no TIME_WAIT.
    """
    while True:
        with open_socket("tcp", "dual", "none") as tcp:
            tcp.bind(("::", 0))
            port = tcp.getsockname()[1]
            with open_socket("udp", "dual", "none") as udp:
                if outcome(udp.bind, ("::", port)) == "ok":
                    return port


def unused_ports():
    used = set()
    while True:
        port = unused_port()
        if port not in used:
            used.add(port)
            yield port


# --- traffic ---------------------------------------------------------------


def target(families, port):
    """The family and address at which traffic is aimed."""
    if families == "ipv6":
        return socket.AF_INET6, ("::1", port)
    return socket.AF_INET, ("127.0.0.1", port)


def wait_for_arrival(endpoints):
    """The names of the endpoints that got what was just sent."""
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while True:
        got = {name for name, endpoint in endpoints.items() if endpoint.take()}
        if got or time.monotonic() > deadline:
            return got
        time.sleep(0.001)


def connect_once(family, address, endpoints):
    client = socket.socket(family, socket.SOCK_STREAM)
    try:
        client.settimeout(ARRIVAL_SECONDS)
        client.connect(address)
        return wait_for_arrival(endpoints)
    except ConnectionRefusedError:
        return set()
    finally:
        close_at_once(client)


def send_once(family, address, endpoints):
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", address)
        return wait_for_arrival(endpoints)


def measure_traffic(case, port, endpoints, rounds):
    family, address = target(case["families"], port)
    once = connect_once if case["protocol"] == "tcp" else send_once
    seen = set()
    for _ in range(rounds):
        seen |= once(family, address, endpoints)
        if len(seen) == 2:
            return "both"
    return seen.pop() if seen else "nobody"


# --- cases -----------------------------------------------------------------


def all_cases():
    cases = [{}]
    for key, values in KEYS.items():
        cases = [
            dict(case, **{key: value})
            for case in cases
            for value in values
            if not (key == "firstListens" and value and case["protocol"] == "udp")
        ]
    return cases


def must(result, what):
    """The first socket is alone on its port: there its calls have to work."""
    if result != "ok":
        number = getattr(errno, result, 0)
        raise OSError(number, "first socket, %s: %s" % (what, result))


def prepare_first(case, port, first):
    kind = KINDS[case["families"]][0]
    first.open(case["protocol"], kind, case["firstReuse"])
    must(first.bind(ADDRESSES[kind][case["firstAddress"]], port), "bind")
    if case["firstListens"]:
        must(first.listen(), "listen")


def bind_second(case, port, second):
    kind = KINDS[case["families"]][1]
    second.open(case["protocol"], kind, case["secondReuse"])
    return second.bind(ADDRESSES[kind][case["secondAddress"]], port)


def rounds_for(case, bind):
    """Only with SO_REUSEPORT on both can the kernel spread traffic."""
    sharing = ("port", "both")
    shared = case["firstReuse"] in sharing and case["secondReuse"] in sharing
    return ROUNDS_SHARED if shared and bind == "ok" else ROUNDS_PLAIN


def measure(case, port, first, second):
    tcp = case["protocol"] == "tcp"
    endpoints = {"first": first, "second": second}
    prepare_first(case, port, first)
    bind = bind_second(case, port, second)
    listen = second.listen() if tcp and bind == "ok" else None
    traffic = measure_traffic(case, port, endpoints, rounds_for(case, bind))
    late = first.listen() if tcp and not case["firstListens"] else None
    return {"bind": bind, "listen": listen, "firstListen": late, "traffic": traffic}


def run_case(case, ports, other):
    """The case with its results, or with the reason why it has none."""
    if case["user"] == "other" and other.unmeasured:
        return dict(case, unmeasured=other.unmeasured)
    first = Endpoint()
    second = other.endpoint if case["user"] == "other" else Endpoint()
    try:
        return dict(case, **measure(case, next(ports), first, second))
    except OSError as error:
        return dict(case, unmeasured=str(error))
    finally:
        first.close()
        second.close()


def parse_filter(text):
    key, _, value = text.partition("=")
    if key not in KEYS:
        raise argparse.ArgumentTypeError("unknown key %r" % key)
    for known in KEYS[key]:
        if str(known).lower() == value.lower():
            return key, known
    raise argparse.ArgumentTypeError("unknown value %r of %s" % (value, key))


def selected(case, filters):
    wanted = {}
    for key, value in filters:
        wanted.setdefault(key, []).append(value)
    return all(case[key] in values for key, values in wanted.items())


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--namespace", action="store_true",
                        help="run in a private network namespace (needs root)")
    parser.add_argument("--filter", action="append", default=[],
                        type=parse_filter, metavar="KEY=VALUE",
                        help="run only the cases with this value; may be repeated")
    return parser.parse_args()


def write_json(results, out):
    lines = [json.dumps(result) for result in results]
    out.write("[\n" + ",\n".join(lines) + "\n]\n")


def main():
    arguments = parse_arguments()
    if arguments.namespace:
        try:
            enter_namespace()
        except OSError as error:
            sys.exit("conflicts.py: no private network namespace: %s" % error)
    ports = counted_ports() if arguments.namespace else unused_ports()
    cases = [case for case in all_cases() if selected(case, arguments.filter)]
    # Started after entering the namespace, so that the child is in it too.
    other = OtherUser()
    other.start()
    try:
        results = [run_case(case, ports, other) for case in cases]
    finally:
        other.stop()
    write_json(results, sys.stdout)


if __name__ == "__main__":
    main()
