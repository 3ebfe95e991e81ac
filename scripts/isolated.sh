#!/bin/sh
# isolated.sh COMMAND [ARGUMENT...]: runs a command where it sees no sockets but its own, in a network namespace that has
# what a host has: loopback, and an interface with addresses of both families. Two runs of the tests can go on at once
# that way. Without a command it tells by its exit status whether such a namespace can be made.
set -eu

# Files that no other network namespace than the host's has; test/options/kinds.ts looks here where they are missing.
HOST_SYSCTLS=$(cd /proc/sys && grep -H "" net/core/busy_read net/ipv4/tcp_available_ulp) || true
export HOST_SYSCTLS

# shellcheck disable=SC2016
exec unshare --net sh -euc '
  ip link set lo up
  ip link add eth0 type veth peer name eth1
  ip address add 198.18.0.1/30 dev eth0
  ip address add fd00::1/64 dev eth0 nodad
  ip link set eth0 up
  ip link set eth1 up
  exec "$@"' sh "${@:-true}"
