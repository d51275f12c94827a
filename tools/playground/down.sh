# Taking everything down, whatever is left of it.

take_down() {
  did="nothing was up"
  # The mode and the way in are those of the run that made it.
  if [ -e "$run/made-by-quickstart" ]; then
    mode=$(cat "$run/mode" 2>/dev/null || echo playground)
    refuse_other_network
    if [ "$mode" = playground ] && [ -e "$run/host" ]; then host=(nsenter "--net=$run/host" --); fi
    remove_containers
    stop_processes
    remove_groups
    [ "$mode" = playground ] || restore_network
    did="containers, networks, daemon, namespaces and folders are gone; dist and node_modules stay"
  fi
  empty_folder "$run"
  empty_folder "$lib"
}

# The daemon does it best, also for containers that outlived an earlier one.
remove_containers() {
  [ -d "$lib/data/state" ] && [ -d "$run/exec" ] || return 0
  daemon_pid >/dev/null || (launch_daemon) || return 0
  tsnet ps -aq | xargs -r env tsnet rm -f >/dev/null || true
  tsnet network ls -q --filter type=custom | xargs -r env tsnet network rm >/dev/null || true
}

stop_processes() {
  local pid
  if pid=$(daemon_pid); then end "$pid"; fi
  # Only where the daemon could not do it: the monitors of containers, by the folder they work in.
  for pid in $(pgrep -x conmon || true); do
    if is_process "$pid" "$run/exec"; then
      pkill -KILL -P "$pid" || true
      end "$pid"
    fi
  done
  # The proxy of published ports, which waits for the next daemon while containers run.
  for pid in $(pgrep -f 'port-proxy\.mjs' || true); do
    if is_process "$pid" "$run/exec/"; then end "$pid"; fi
  done
  if pid=$(web_server_pid); then end "$pid"; fi
}

# Control groups: those of containers that the daemon could not remove, by their logs' folders, and the parent of all.
# The kernel keeps a group that is in use, such as the parent beside another tsnetd.
remove_groups() {
  local folder
  for folder in "$lib"/data/containers/*/; do
    find /sys/fs/cgroup -maxdepth 3 -depth -type d -path "*/tsnet/$(basename "$folder")" -exec rmdir {} + 2>/dev/null || true
  done
  find /sys/fs/cgroup -maxdepth 2 -type d -name tsnet -exec rmdir {} + 2>/dev/null || true
}

# --host: the daemon leaves the default bridge, its tables and forwarding, as Docker does.
restore_network() {
  local family
  [ -e "$run/docker0-before" ] || ip link delete docker0 2>/dev/null || true
  for family in ip ip6 bridge; do
    nft delete table "$family" tsnet 2>/dev/null || true
  done
  # The admin's chain, which the daemon never takes away; a rule in it is the admin's.
  if nft list table inet tsnet-user 2>/dev/null | grep -qv -e '^table' -e 'chain tsnet-user {' -e 'type filter' -e '^\s*}*$'; then
    echo "the rules in nft table inet tsnet-user stay: they are not tsnet's" >&2
  else
    nft delete table inet tsnet-user 2>/dev/null || true
  fi
  if [ -e "$run/ip_forward-before" ]; then cat "$run/ip_forward-before" >/proc/sys/net/ipv4/ip_forward; fi
}

# Unmounts what is below and empties the folder but for the lock, if it is ours.
empty_folder() {
  [ -e "$1/made-by-quickstart" ] || return 0
  local point
  # The last mounted first: namespaces' files, containers' file systems, the daemon's roots.
  awk '{ print $5 }' /proc/self/mountinfo | tac | while read -r point; do
    case $point in "$1"/*) umount "$point" 2>/dev/null || umount --lazy "$point" ;; esac
  done
  find "$1" -xdev -mindepth 1 -maxdepth 1 -not -name lock -exec rm -rf --one-file-system {} +
}
