#!/bin/bash
# Checks each script as it runs on a device: prelude, what its kind shares, and the script, in one piece.
set -eu
cd "$(dirname "$0")"
for kind in bigip:bigip-session ramp:ramp-objects cluster:cluster-objects; do
  for does in observe apply; do
    name=${kind%%:*}-$does
    cat prelude.sh "${kind#*:}.sh" "$name.sh" | shellcheck --shell=bash - || { echo "in documents/$name.sh with its preludes" >&2 && exit 1; }
  done
done
shellcheck check.sh
