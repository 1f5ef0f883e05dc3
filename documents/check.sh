#!/bin/bash
# Checks each script as it runs on a device: prelude, what its kind shares, and the script, in one piece.
set -eu
cd "$(dirname "$0")"
for kind in 'bigip:bigip-listing.sh bigip-session.sh bigip-group.sh' 'ramp:ramp-objects.sh vip-report.sh ramp-report.sh' 'cluster:vip-check.sh cluster-objects.sh'; do
  for does in observe apply; do
    name=${kind%%:*}-$does
    # shellcheck disable=SC2086 # a list of files
    cat prelude.sh ${kind#*:} "$name.sh" | shellcheck --shell=bash - || { echo "in documents/$name.sh with its preludes" >&2 && exit 1; }
  done
done
bash -c '. ./vip-report.sh && report_text' | shellcheck - || { echo "in the reporter of documents/vip-report.sh" >&2 && exit 1; }
shellcheck --shell=bash vip-check.sh
shellcheck check.sh
