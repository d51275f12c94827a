# What a bare machine lacks.

need_root() {
  [ "$(id -u)" -eq 0 ] || fail "needs root: namespaces and mounts are root's to make (sudo ./quickstart)"
}

install_packages() {
  command -v node >/dev/null || fail "needs Node 20 or later: https://nodejs.org"
  local major
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || fail "needs Node 20 or later, this is $(node --version)"
  tools/install.sh
  did="crun or runc, conmon, libnftables, libseccomp, busybox and npm modules are there"
}

build_tsnet() {
  if is_built; then
    did="dist is newer than src"
    return
  fi
  npm run --silent bundle
  did="bundled src into dist/tsnetd.mjs and dist/tsnet.mjs"
}

is_built() {
  [ -e dist/tsnetd.mjs ] && [ -e dist/tsnet.mjs ] || return 1
  [ -z "$(find src package.json package-lock.json -newer dist/tsnetd.mjs -type f -print -quit)" ]
}
