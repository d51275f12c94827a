#!/usr/bin/env bash
# Installs what tsnet needs on a Debian machine with Node: packages (as root), then the npm packages.
# Does nothing that is done already. Arguments are further packages.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  crun runc conmon libnftables1 nftables libseccomp2 iptables busybox-static iproute2 procps zstd btrfs-progs fuse-overlayfs
  "$@"
)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "install these packages first (as root: apt-get install): ${missing[*]}" >&2
    # Without root only the tests that need no namespaces run, and they need none of these.
    [ "$(id -u)" -ne 0 ] || exit 1
  else
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
fi

# npm's own marker of a finished install, older than the lock file when that has changed.
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  npm ci --no-fund --no-audit --loglevel=error >/dev/null
fi
