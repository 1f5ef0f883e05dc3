#!/bin/bash
# A node loses its power: power-off.sh NODE PORT, with its cable's end at the LAN. Cable first: nothing that dies says goodbye.
set -eu
ip link del "$2"
spaces=("$1")
for space in /run/netns/"$1"-pod-*; do
  [[ ! -e $space ]] || spaces+=("${space##*/}")
done
processes() {
  for space in "${spaces[@]}"; do ip netns pids "$space"; done
}
while pids=$(processes) && [[ $pids ]]; do # until nothing is left: what is killed may just have started something
  xargs kill -KILL <<<"$pids" 2>/dev/null || sleep 0.05
done
for space in "${spaces[@]}"; do ip netns del "$space"; done
rm -rf "/run/lab/$1"
