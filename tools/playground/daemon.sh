# tsnetd of the playground.

start_daemon() {
  if answers; then
    did="process $(daemon_pid) answers on $socket"
    return
  fi
  launch_daemon
  : >"$run/ready"
  did="process $(daemon_pid) listens on $socket"
}

answers() {
  tsnet version >/dev/null 2>&1
}

# Starts it on the folders of the playground and waits until it takes requests.
launch_daemon() {
  local flags=(--data-root "$lib/data" --exec-root "$run/exec" --host "unix://$socket")
  # Names that no container has are asked of the outside world, which refuses at once. The machine's own
  # name servers can't be reached from here.
  [ "$mode" = host ] || flags+=(--dns "$outside_address")
  : >"$run/tsnetd.log" # else what an earlier one said could be taken for its word
  # A session of its own: a Ctrl-C is for quickstart, not for the daemon.
  setsid "${host[@]}" bin/tsnetd "${flags[@]}" </dev/null >>"$run/tsnetd.log" 2>&1 {lock_fd}>&- &
  local pid=$! tries
  echo "$pid" >"$run/tsnetd.pid"
  for ((tries = 0; tries < 1200; tries++)); do
    grep -q 'has completed initialization' "$run/tsnetd.log" && return
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
  fail "tsnetd did not start: $(tail -n 5 "$run/tsnetd.log")"
}

# The daemon's process, if it runs; the number may be left from one that was killed.
daemon_pid() {
  local pid
  pid=$(cat "$run/tsnetd.pid" 2>/dev/null) || return 1
  is_process "$pid" "$run/exec" && echo "$pid"
}

# is_process PID WORD: whether the process runs and has the word on its command line
is_process() {
  local words
  { words=$(tr '\0' ' ' <"/proc/$1/cmdline"); } 2>/dev/null || return 1
  [ -n "$words" ] && [[ $words == *"$2"* ]]
}

# end PID: asks it to end; after 20 seconds it is killed
end() {
  local tries
  kill "$1" 2>/dev/null || return 0
  for ((tries = 0; tries < 1000; tries++)); do
    # A process that has ended but was not waited for yet has no command line.
    is_process "$1" '' || return 0
    sleep 0.02
  done
  kill -KILL "$1" 2>/dev/null || true
}
