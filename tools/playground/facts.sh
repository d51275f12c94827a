# Who reaches whom. Every page says who greets whom, so each answer shows where a request arrived and whose
# address the receiver saw.

show_facts() {
  local gateway links
  wait_for_web
  gateway=$(gateway_of web)
  fact host 'a container, by name' "web greets $(address_of client)" \
    tsnet exec client wget -qO- http://web/
  fact host 'the host, published port on 127.0.0.1' "web greets $gateway" \
    busybox wget -qO- http://127.0.0.1:8080/
  show_own_address
  show_outside
  fact host '--network none: loopback and nothing else' 'lo' \
    tsnet run --rm --network none tsnet/busybox ls /sys/class/net
  links=$(host_interfaces)
  fact host "--network host: the host's interfaces" "$links" \
    tsnet run --rm --network host tsnet/busybox ls /sys/class/net
  fact host "--network container:web: web's loopback" 'web greets 127.0.0.1' \
    tsnet run --rm --network container:web tsnet/busybox wget -qO- http://127.0.0.1/
}

# Not by ip link: for the name of a peer's namespace that opens all of /run/netns, where others come and go, and
# complains of each that it doesn't find whole.
host_interfaces() {
  "${host[@]}" awk 'NR > 2 { sub(":.*", "", $1); print $1 }' /proc/net/dev | sort | xargs
}

show_own_address() {
  [ -n "$own_address" ] || return 0
  fact host 'the host, published port on its address' "web greets $(gateway_of web)" \
    busybox wget -qO- "http://$own_address:8080/"
}

show_outside() {
  [ "$mode" = playground ] || return 0
  fact outside 'the outside, published port (DNAT)' "web greets $outside_address" \
    busybox wget -qO- "http://$host_address:8080/"
  fact host "a container, outside (masquerade)" "outside greets $host_address" \
    tsnet exec client wget -qO- "http://$outside_address/"
}

# A container runs some milliseconds before its server listens.
wait_for_web() {
  local tries
  for ((tries = 0; tries < 100; tries++)); do
    tsnet exec web wget -qO- http://127.0.0.1/ >/dev/null 2>&1 && return
    sleep 0.05
  done
  fail "the web server in the container web does not answer"
}

next_lines() {
  cat <<END
  eval "\$(./quickstart --env)"     # points tsnet, docker and compose at it
  tsnet ps
  tsnet run -it --rm --network web tsnet/busybox
  tsnet network inspect web
END
  if [ "$mode" = playground ]; then
    cat <<END
  nsenter --net=$run/host nft list table ip tsnet
  nsenter --net=$run/outside busybox wget -qO- http://$host_address:8080/
END
  fi
  echo "  ./quickstart --down"
}
