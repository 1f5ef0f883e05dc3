#!/bin/bash
# A host loses its power: power-off.sh HOST PORT..., with its cables' ends at the bridges. Cables first: nothing that dies says goodbye.
set -eu
for port in "${@:2}"; do ip link del "$port"; done
spaces=("$1")
for space in /run/netns/"$1"-pod-* /run/netns/"$1"-ovn; do
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
