#!/bin/bash
# A zone's databases and its northd: central.sh ZONE, in the machine's own network namespace, since unix sockets need no network.
set -euo pipefail
folder=/run/lab/ovn-$1
mkdir -p "$folder"
for each in nb sb; do
  ovsdb-tool create "$folder/$each.db" "/usr/share/ovn/ovn-$each.ovsschema"
  ovsdb-server "$folder/$each.db" --remote="punix:$folder/$each.sock" --unixctl="$folder/$each.ctl" \
    --detach --no-chdir --pidfile="$folder/$each.pid" --log-file="$folder/$each.log" -vconsole:off -vsyslog:off
done
ovn-nbctl --no-leader-only --db="unix:$folder/nb.sock" init
ovn-sbctl --no-leader-only --db="unix:$folder/sb.sock" init
OVN_RUNDIR=$folder ovn-northd --ovnnb-db="unix:$folder/nb.sock" --ovnsb-db="unix:$folder/sb.sock" --unixctl="$folder/northd.ctl" \
  --detach --no-chdir --pidfile="$folder/northd.pid" --log-file="$folder/northd.log" -vconsole:off -vsyslog:off
