#!/usr/bin/env bash
# For the tests that speak to tsnet through an unmodified docker: if this machine has none, unpacks Debian's
# docker.io into node_modules/.cache/docker-cli. It is not installed, so no dockerd starts.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=node_modules/.cache/docker-cli

[ -x /usr/bin/docker ] || [ -x /usr/local/bin/docker ] || [ -x "$cache/usr/bin/docker" ] && exit 0
[ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || exit 0
mkdir -p "$cache"
cd "$cache"
apt-get update -qq
apt-get download -qq docker.io
dpkg-deb --extract docker.io_*.deb .
rm -f docker.io_*.deb
