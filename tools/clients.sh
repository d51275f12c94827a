#!/usr/bin/env bash
# For the tests of clients that tsnet does not depend on: docker-compose 1.29 and python3-docker as Debian's packages (as
# root), dockerode and its types by npm into node_modules/.cache/clients. What can't be had is skipped by the tests.
set -uo pipefail
cd "$(dirname "$0")/.."
cache=node_modules/.cache/clients
versions=(dockerode@5.0.1 @types/dockerode@4.0.2)

if [ ! -x /usr/bin/docker-compose ] || [ ! -d /usr/lib/python3/dist-packages/docker ]; then
  if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    timeout 120 apt-get update -qq &&
      timeout 120 apt-get install -y -qq --no-install-recommends docker-compose python3-docker >/dev/null
  fi
fi

if [ ! -e "$cache/node_modules/dockerode/package.json" ]; then
  mkdir -p "$cache"
  echo '{ "private": true, "type": "module" }' >"$cache/package.json"
  # No scripts: the native modules that ssh connections could use are not built.
  timeout 120 npm install --prefix "$cache" --ignore-scripts --no-fund --no-audit --loglevel=error "${versions[@]}" >/dev/null
fi
[ -x /usr/bin/docker-compose ] && [ -e "$cache/node_modules/dockerode/package.json" ]
