# What the daemon is asked for. What is there already stays.

make_image() {
  tsnet image inspect tsnet/busybox >/dev/null 2>&1 || tsnet pull -q tsnet/busybox >/dev/null
  did="tsnet/busybox, made of this machine's busybox: no registry needed"
}

make_network() {
  tsnet network inspect web >/dev/null 2>&1 || tsnet network create web >/dev/null
  did="tsnet network create web: $(tsnet network inspect -f '{{range .IPAM.Config}}{{.Subnet}}{{end}}' web)"
}

make_containers() {
  ensure_running web -p 8080:80 -e GREETER=web -v "$here/tools/playground/www:/www:ro" \
    tsnet/busybox httpd -f -p 0.0.0.0:80 -h /www
  ensure_running client tsnet/busybox sleep infinity
  did="web $(address_of web) with -p 8080:80 and client $(address_of client), both on network web"
}

# ensure_running NAME ARGUMENTS...: a container on the network web, running
ensure_running() {
  local name=$1 running
  shift
  running=$(tsnet inspect -f '{{.State.Running}}' "$name" 2>/dev/null) || running=missing
  case $running in
    true) ;;
    missing) tsnet run -d --name "$name" --network web "$@" >/dev/null ;;
    *) tsnet start "$name" >/dev/null ;;
  esac
}

address_of() {
  tsnet inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$1"
}

gateway_of() {
  tsnet network inspect -f '{{range .IPAM.Config}}{{.Gateway}}{{end}}' "$1"
}
