#!/bin/bash
# Checks each script as it runs on a device: prelude, what its kind shares, and the script, in one piece.
set -eu
cd "$(dirname "$0")/../../documents"
for kind in 'bigip:bigip-listing.sh bigip-session.sh bigip-group.sh' 'ramp:ramp-objects.sh keeper-unit.sh ramp-make.sh' 'cluster:vip-check.sh cluster-objects.sh'; do
  for does in observe apply; do
    name=${kind%%:*}-$does
    # shellcheck disable=SC2086 # a list of files
    cat prelude.sh ${kind#*:} "$name.sh" | shellcheck --shell=bash - || { echo "in documents/$name.sh with its preludes" >&2 && exit 1; }
  done
done
# It always exits, so what the prelude has for other scripts is not reached; what runs on the node is text here.
{ cat prelude.sh && printf 'carried=\n' && cat node-by-oc.sh; } | shellcheck --shell=bash --exclude=SC2016,SC2317 - || { echo 'in documents/node-by-oc.sh with its prelude' >&2 && exit 1; }
cat prelude.sh ramp-objects.sh ramp-make.sh keeper-listens.sh keeper-looks.sh keeper.sh | shellcheck --shell=bash - || { echo 'in documents/keeper.sh with its preludes' >&2 && exit 1; }
shellcheck --shell=bash vip-check.sh
shellcheck ../test/documents/check.sh
