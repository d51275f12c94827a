# The world around the daemon: two network namespaces and a cable.
#
#   outside  192.0.2.1 ──── eth0 192.0.2.2  host    docker0, br-...: what the daemon makes
#
# Each is pinned by a file, so that it lives without a process; nsenter --net=FILE enters it.

make_world() {
  if [ "$mode" = host ]; then
    use_real_host
    return
  fi
  host=(nsenter "--net=$run/host" --)
  outside=(nsenter "--net=$run/outside" --)
  own_address=$host_address
  if [ -e "$run/ready" ]; then
    did="host $host_address and outside $outside_address are there"
    web_server_pid >/dev/null && return
    start_web_server
    did="$did; the web server of outside is back"
    return
  fi
  make_namespace host
  make_namespace outside
  # Made from inside, so that neither end is ever seen in the machine's own namespace.
  "${outside[@]}" ip link add cable type veth peer name eth0 netns "$run/host"
  "${outside[@]}" ip addr add "$outside_address/24" dev cable
  "${outside[@]}" ip link set cable up
  "${host[@]}" ip addr add "$host_address/24" dev eth0
  "${host[@]}" ip link set eth0 up
  "${host[@]}" ip route add default via "$outside_address"
  start_web_server
  did="two network namespaces: host $host_address, and outside $outside_address with a web server"
}

make_namespace() {
  : >"$run/$1"
  unshare "--net=$run/$1" ip link set lo up
}

# The same page as in the containers: it tells who greets whom.
start_web_server() {
  GREETER=outside setsid "${outside[@]}" busybox httpd -f -p "$outside_address:80" -h "$here/tools/playground/www" \
    </dev/null >/dev/null 2>&1 {lock_fd}>&- &
  echo $! >"$run/outside.pid"
}

# Its process, if it runs; the number may be left from one that was killed.
web_server_pid() {
  local pid
  pid=$(cat "$run/outside.pid" 2>/dev/null) || return 1
  is_process "$pid" "busybox httpd" && echo "$pid"
}

# --host: the first address by which others know this machine, unless it has nothing but loopback.
use_real_host() {
  own_address=$(ip -4 -o addr show scope global | awk '$2 !~ /^(docker0|br-)/ { sub("/.*", "", $4); print $4; exit }')
  did="the machine's own network${own_address:+, $own_address}"
  [ -e "$run/ready" ] && return
  if nft list table ip tsnet >/dev/null 2>&1; then
    fail "another tsnetd works on this network already (nft table ip tsnet)"
  fi
  # What --down has to leave as it was.
  cp /proc/sys/net/ipv4/ip_forward "$run/ip_forward-before"
  if [ -e /proc/sys/net/ipv4/conf/docker0 ]; then : >"$run/docker0-before"; fi
}
