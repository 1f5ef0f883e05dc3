#!/bin/bash
# Keepalived as the container of the ipfailover image runs it: keepalived.sh start NODE NAME CHAIN | stop NODE NAME SIGNAL, in the node's network namespace.
# The container's file system, its loading of ip_vs and (with --vrrp) keepalived's own load balancing are left out.
set -eu
cd "/run/lab/$2"
file=keepalived-$3

start() {
  # The image's own test: any rule that names the address will do.
  [[ -z $1 || $(iptables -w -S) == *224.0.0.18* ]] || iptables -w -I "$1" 1 -d 224.0.0.18/32 -j ACCEPT
  setsid keepalived -n --log-console --vrrp --use-file="$PWD/$file.conf" --pid="$PWD/$file.pid" \
    --vrrp_pid="$PWD/$file.vrrp.pid" >"$file.log" 2>&1 </dev/null &
}

# Both at once: the first would start a second anew that has died.
stop() {
  local pid pids=()
  for pid in "$file.pid" "$file.vrrp.pid"; do
    [[ ! -s $pid ]] || pids+=("$(<"$pid")")
  done
  ((${#pids[@]})) || return 0
  if [[ $1 == KILL ]]; then
    kill -STOP "${pids[@]}" && kill -KILL "${pids[@]}"
  else
    kill "-$1" "${pids[0]}"
  fi
  for pid in "${pids[@]}"; do
    while [[ -d /proc/$pid ]]; do sleep 0.1; done
  done
  rm -f "$file.pid" "$file.vrrp.pid" "$file.conf"
}

case $1 in
  start) start "$4" ;;
  stop) stop "$4" ;;
  *) exit 64 ;;
esac
