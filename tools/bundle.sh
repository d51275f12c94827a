#!/usr/bin/env bash
# Bundles the programs into dist/ (or the folder given). Bundles start several times faster than many small files.
# The new folder takes the old one's place at once, so that a program that starts meanwhile finds all its parts.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-dist}
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)

rm -rf "$out.new" "$out.old"
npx --no-install esbuild \
  tsnet=src/cli/main.ts tsnetd=src/daemon/main.ts \
  port-proxy=src/proxy/main.ts layer-worker=src/engine/storage/extract/layer-worker.ts \
  --bundle --splitting --platform=node --format=esm --target=node20 --external:koffi \
  --define:BUILD_COMMIT="\"$commit\"" --define:BUILD_TIME="\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\"" \
  --banner:js="import{createRequire}from'node:module';const require=createRequire(import.meta.url);" \
  --sourcemap --log-level=warning --outdir="$out.new" --out-extension:.js=.mjs
[ ! -e "$out" ] || mv "$out" "$out.old"
mv "$out.new" "$out"
rm -rf "$out.old"
