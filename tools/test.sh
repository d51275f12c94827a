#!/usr/bin/env bash
# Everything that `npm test` does: installs what is missing, then lint, types, unit and netns tests.
# The last line is the count of all tests: N passed, N failed, N skipped.
set -uo pipefail
cd "$(dirname "$0")/.."
unset NODE_EXTRA_CA_CERTS
. tools/leftovers.sh

# What only the tests ask with.
tools/install.sh bind9-dnsutils bsdutils bzip2 conntrack curl openssl python3-minimal util-linux xz-utils || exit 1
tools/docker-cli.sh || echo 'no docker CLI to be had: its tests are skipped'
tools/clients.sh || echo 'some clients are not to be had: their tests are skipped'

failed=0
step() { # step NAME COMMAND...: runs it and remembers a failure
  local name=$1; shift
  echo "== $name"
  "$@" || { echo "== $name FAILED"; failed=1; }
}

passing=0 failing=0 pending=0
suite() { # suite NAME MOCHA-ARGUMENTS...: runs mocha and adds up its counts; what it leaves behind is one failure more
  local name=$1 json folder before left; shift
  json=$(mktemp)
  # Short, because the path of a unix socket has a limit of 107 bytes.
  folder=$(mktemp -d /tmp/t.XXXX)
  # Some tests ask as another user.
  chmod 711 "$folder"
  before=$(processes "$folder")
  # A test that failed may have left something under way that would go on for ever.
  step "$name" env "TMPDIR=$folder" npx mocha "$@" --exit --reporter tools/reporter.cjs --reporter-option "counts=$json"
  read -r p f s <"$json" || { p=0 f=1 s=0; failed=1; }
  left=$(left_behind "$folder" "$before")
  if [ -n "$left" ]; then
    printf '== %s left behind:\n%s\n' "$name" "$left"
    f=$((f + 1)) failed=1
  fi
  passing=$((passing + p)) failing=$((failing + f)) pending=$((pending + s))
  clear_away "$folder"
  rm -f "$json"
}

step 'types and bundles' npm run --silent build
step 'lint' npm run --silent lint
suite 'unit tests'
# Three files at a time: each has a world of its own, and most of the time it waits.
suite 'netns tests' --config netns-tests/.mocharc.json --parallel --jobs 3
# Those with hundreds of networks or containers: they measure time, and the kernel removes what they leave under a lock
# that no change of a link gets past.
suite 'netns tests, one at a time' --config netns-tests/.mocharc.alone.json

[ "$failed" -ne 0 ] && [ "$failing" -eq 0 ] && failing=1
echo "$passing passed, $failing failed, $pending skipped"
[ "$failed" -eq 0 ]
