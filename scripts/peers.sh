#!/bin/sh
# Installs the real servers that test/peers and test/examples start for themselves: Debian 12, as root. Afterwards
# nothing runs, or will run when the machine starts again, that did not before: no daemon, no inetd line. A server that is
# there stays as it is.
set -eu

packages='chromium iproute2 libcurl4 libglib2.0-0 nftables openssh-server pdsh postgresql-15 rpcbind rsh-redone-server systemd util-linux'
# These are unpacked. Amanda's would bring a mail server, and put the user backup into the groups disk and tape; lprng
# replaces the printing commands of other packages. Not below /usr: the tests lay it over /usr. Netkit's in.rshd excludes the other one.
foreign='amanda-client amanda-common lprng'
unpacked=/opt/sockctl-peers
netkit=/opt/sockctl-netkit
policy=/usr/sbin/policy-rc.d

has() {
  dpkg-query --show --showformat='${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^.i'
}

exists() {
  [ -e "$1" ] || [ -L "$1" ]
}

apt() {
  DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@" >>"$work/log" 2>&1
}

# invoke-rc.d starts nothing when policy-rc.d ends with 101.
forbid_services() {
  if exists "$policy"; then mv "$policy" "$policy.kept"; fi
  forbidden=yes
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

allow_services() {
  [ -n "$forbidden" ] || return 0
  rm -f "$policy"
  if exists "$policy.kept"; then mv "$policy.kept" "$policy"; fi
}

# disable SCRIPT UNIT...: keeps a service from starting with the machine.
disable() {
  script=$1
  shift
  if command -v systemctl >/dev/null; then systemctl --quiet disable "$@"; fi
  update-rc.d "$script" disable
}

quieten() {
  for package in $new; do
    has "$package" || continue
    case $package in
      rsh-redone-server) update-inetd --disable shell,login ;;
      openbsd-inetd) disable openbsd-inetd inetd.service ;;
      openssh-server) disable ssh ssh.service ssh.socket ;;
      postgresql-15) disable postgresql postgresql.service ;;
      rpcbind) disable rpcbind rpcbind.service rpcbind.socket ;;
    esac
  done >>"$work/log" 2>&1
}

finish() {
  status=$?
  trap - EXIT
  quieten || status=1
  allow_services
  if [ "$status" != 0 ]; then cat "$work/log" >&2; fi
  rm -rf "$work"
  exit "$status"
}

unpack() {
  # The words of $foreign are packages.
  (cd "$work" && apt -o APT::Sandbox::User=root download $foreign)
  for file in "$work"/*.deb; do dpkg-deb --extract "$file" "$work/unpacked"; done
  chmod 755 "$work/unpacked"
  mkdir -p "${unpacked%/*}"
  rm -rf "$unpacked"
  mv "$work/unpacked" "$unpacked"
}

# The other rsh server, which excludes rsh-redone-server.
unpack_netkit() {
  (cd "$work" && apt -o APT::Sandbox::User=root download rsh-server)
  dpkg-deb --extract "$work"/rsh-server_*.deb "$work/netkit"
  chmod 755 "$work/netkit"
  rm -rf "$netkit"
  mv "$work/netkit" "$netkit"
}

[ "$(id -u)" = 0 ] || { echo 'peers.sh: only root can install packages' >&2; exit 2; }

missing='' new='' forbidden='' packed=''
for package in $packages; do has "$package" || missing="$missing $package"; done
for program in lib/amanda/amandad sbin/lpd; do
  [ -x "$unpacked/usr/$program" ] || packed=yes
done
if [ -z "$missing$packed" ] && [ -x "$netkit/usr/sbin/in.rshd" ]; then exit 0; fi

work=$(mktemp -d)
trap finish EXIT
trap 'exit 1' HUP INT TERM
apt update
if [ -n "$missing" ]; then
  new=$missing
  has openbsd-inetd || new="$new openbsd-inetd"
  forbid_services
  # The words of $missing are packages.
  apt install $missing
fi
if [ -n "$packed" ]; then unpack; fi
[ -x "$netkit/usr/sbin/in.rshd" ] || unpack_netkit
