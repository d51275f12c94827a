# Where everything is, and who may work on it.

default_lib=/var/lib/tsnet-playground
default_run=/run/tsnet-playground

lib=${TSNET_PLAYGROUND:+$TSNET_PLAYGROUND/lib}
run=${TSNET_PLAYGROUND:+$TSNET_PLAYGROUND/run}
lib=${lib:-$default_lib}         # what outlives a reboot: images, containers, networks
run=${run:-$default_run}         # what doesn't: namespaces, sockets, processes
socket=$run/tsnet.sock
export DOCKER_HOST=unix://$socket
export PATH=$here/bin:$PATH

mode=playground                  # or "host": the machine's real network
host=()                          # words before a command that runs on the host of the playground
outside=()                       # and before one that runs in the outside world

outside_address=192.0.2.1        # addresses of the documentation (RFC 5737): nobody's
host_address=192.0.2.2
own_address=                     # the address by which others know the host

# Both folders carry a mark, and nothing without it is ever removed.
make_places() {
  local folder
  case $run in /*) ;; *) fail "TSNET_PLAYGROUND must be an absolute path" ;; esac
  [ ${#socket} -le 107 ] || fail "the path of a socket has at most 107 bytes: $socket is too long"
  for folder in "$lib" "$run"; do
    if [ -d "$folder" ] && [ ! -e "$folder/made-by-quickstart" ] && [ -n "$(find "$folder" -mindepth 1 -not -name lock -print -quit)" ]; then
      fail "$folder is not empty and not ours"
    fi
    mkdir -p "$folder"
    : >"$folder/made-by-quickstart"
  done
  echo "$mode" >"$run/mode"
  readlink /proc/self/ns/net >"$run/made-in"
}

# One quickstart at a time works on a playground.
lock() {
  mkdir -p "$run"
  exec {lock_fd}>"$run/lock"
  flock --nonblock "$lock_fd" || fail "another quickstart is at work in $run"
}

# Whether an earlier run got as far as a running daemon, and the machine was not booted since.
is_made() {
  [ -e "$run/ready" ] || return 1
  [ "$mode" = host ] || nsenter "--net=$run/host" true 2>/dev/null
}

# The last of it: empty folders. One given by TSNET_PLAYGROUND stays if it holds anything else.
forget_places() {
  rm -f "$run/lock"
  rmdir "$run" "$lib" "${TSNET_PLAYGROUND:-$run}" 2>/dev/null || true
}

# What is up stays what it is: on the machine's network or apart from it.
refuse_other_mode() {
  [ -e "$run/ready" ] || return 0
  local is
  is=$(cat "$run/mode")
  [ "$is" = "$mode" ] || fail "it is up in the other mode ($is): ./quickstart --down first"
  refuse_other_network
}

# What --host made is looked after where it was made.
refuse_other_network() {
  [ "$mode" = host ] || return 0
  [ "$(cat "$run/made-in" 2>/dev/null)" = "$(readlink /proc/self/ns/net)" ] ||
    fail "it was brought up in another network namespace: run this there"
}

print_env() {
  [ -S "$socket" ] || fail "nothing is up: run ./quickstart first"
  printf "export DOCKER_HOST='%s'\n" "$DOCKER_HOST"
  printf "export PATH='%s':\"\$PATH\"\n" "$here/bin"
}
