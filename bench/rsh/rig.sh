#!/bin/sh
# Six hosts with rsh servers, and a network to each: rig.sh real|plain SERVER PROGRAM [ARGUMENT...]
# Runs the program in a network namespace from which 10.101.0.0/16 to 10.106.0.0/16 lead to a server namespace each, every
# address of which answers on port 514. The server is in.rshd behind openbsd-inetd (real), or SERVER, a program (plain).
# To be started by root in namespaces of its own, with which all of it ends:
#   unshare --mount --net --pid --fork --kill-child --mount-proc sh rig.sh ...
set -eu
kind=$1 server=$2
shift 2
# Files that nobody else sees, and that are gone afterwards.
home=/mnt
mount -t tmpfs tmpfs "$home"
chmod 755 "$home"

printf 'root:*:0:0::/root:/bin/sh\nthrowaway:*:65534:65534::%s:/bin/sh\n' "$home/user" >"$home/passwd"
printf 'shell stream tcp nowait root /usr/sbin/in.rshd in.rshd\n' >"$home/inetd.conf"
printf '127.0.0.1 localhost\n' >"$home/hosts"
mkdir "$home/user"
for k in 1 2 3 4 5 6; do
  printf '10.201.%s.1 client%s\n' $k $k >>"$home/hosts"
  printf 'client%s root\n' $k >>"$home/user/.rhosts"
  mkdir "$home/$k"
  echo $k >"$home/$k/id"
done
: >"$home/user/id"
chown -R 65534:65534 "$home/user"
chmod 600 "$home/user/.rhosts"
mount --bind "$home/passwd" /etc/passwd
mount --bind "$home/hosts" /etc/hosts
export home kind server

ip link set lo up
# The servers keep no remnants: a run does not meet those of the run before.
serve='
  set -eu
  ip link set lo up
  until ip link show eth0 >/dev/null 2>&1; do sleep 0.01; done
  ip address add 10.201.$k.2/24 dev eth0
  ip link set eth0 up
  ip route add local 10.$((100 + k)).0.0/16 dev lo
  sysctl -qw net.ipv4.tcp_max_tw_buckets=0 net.core.somaxconn=8192 net.ipv4.tcp_max_syn_backlog=8192
  mount --bind "$home/$k/id" "$home/user/id"
  if [ "$kind" = real ]; then exec /usr/sbin/inetd -i -R 100000 "$home/inetd.conf"; fi
  exec "$server"'
for k in 1 2 3 4 5 6; do
  k=$k unshare --net --mount sh -c "$serve" </dev/null >&2 &
  pid=$!
  # The link can be given to the server once it is in a namespace of its own.
  while [ "$(readlink /proc/$pid/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.01; done
  ip link add veth$k type veth peer name eth0 netns $pid
  ip address add 10.201.$k.1/24 dev veth$k
  ip link set veth$k up
  ip route add 10.$((100 + k)).0.0/16 via 10.201.$k.2
done
# A server that does not listen yet refuses: wait for all six, from a port that they turn away.
for k in 1 2 3 4 5 6; do
  until bash -c "</dev/tcp/10.$((100 + k)).0.1/514" 2>/dev/null; do sleep 0.02; done
done
# Not by exec: as the first process it would be given all orphans.
"$@"
