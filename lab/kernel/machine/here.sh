#!/bin/bash
# here.sh AGENT IPTABLES: becomes the agent, in namespaces that were just made for it, where these folders are its own and in memory.
set -e
PATH=$PATH:/usr/sbin:/sbin
agent=$(cat "$1")
cd "${EDGE_RAMP_LAB_TOOLS:-/}" # which may lie below /tmp
for each in /run /tmp /var/lib/openvswitch /var/log/openvswitch /etc/openvswitch; do
  [ ! -d "$each" ] || mount -t tmpfs lab "$each"
done
mount -t sysfs lab /sys # the interfaces of these namespaces, not the user's
mkdir -p /run/netns /run/lab /run/lock /run/tools
for each in iptables iptables-save iptables-restore; do
  ln -s "$(type -P "$2")" "/run/tools/$each"
done
[ -z "${EDGE_RAMP_LAB_TOOLS:-}" ] || cp --remove-destination ./* /run/tools/ # never through a link of ours into the user's system
ip link set lo up
printf '%s\n' "$agent" >/run/agent.pl
exec perl /run/agent.pl -
