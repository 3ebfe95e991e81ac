#!/bin/sh
# Installs what the benchmark rsh measures itself against: Debian 12, as root. The clients that exclude each other are
# unpacked into a folder: peers.sh FOLDER
set -eu
DEBIAN_FRONTEND=noninteractive apt-get --quiet --yes --no-install-recommends install \
  clustershell iproute2 openbsd-inetd pdsh procps rsh-redone-server util-linux
mkdir -p "$1"
cd "$1"
apt-get -o APT::Sandbox::User=root download rsh-client rsh-redone-client
for file in *.deb; do dpkg-deb --extract "$file" .; done
