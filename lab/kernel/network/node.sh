#!/bin/bash
# One node of the cluster: node.sh NODE VERB, run in the node's network namespace after its cable has been laid.
#   boot            addresses, Open vSwitch, the stock firewall, Pods, the SDN
#   follow          the plan has changed: Pods, flows and networks on the LAN that it has since
#   restart-ovs     what `systemctl restart openvswitch` does to br0: no flow is left, tun0 stays
#   lose-note       what makes the SDN build br0 anew
#   settle          waits until the SDN has done so: the version note is there
#   wipe-flows      every flow that is not the SDN's goes, without a moment in which the SDN's are missing
# The node's folder holds what network.ts writes: plan (variables), flows, firewall, chains, jumps.
set -euo pipefail
cd "/run/lab/$1"
# shellcheck source=lab/kernel/network/sdn.sh
. /run/lab/bin/sdn.sh
: "${interface:?}" "${address:?}" "${router:?}" "${neighbours?}" # of the plan

# Other networks are on the same cable: the LAN has no router, and nobody answers for the default route.
connect() {
  sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.{all,default}.rp_filter=1 net.ipv6.conf.{all,default}.disable_ipv6=1
  {
    echo "link set lo up"
    echo "addr add $address dev $interface"
    echo "link set $interface up"
    echo "route add default via $router dev $interface"
    for network in $neighbours; do echo "route add $network dev $interface"; done
  } | ip -batch -
}

start_database() {
  mkdir -p "$OVS_RUNDIR"
  ovsdb-tool create "$OVS_DBDIR/conf.db" /usr/share/openvswitch/vswitch.ovsschema
  ovsdb-server "$OVS_DBDIR/conf.db" --remote="punix:$OVS_RUNDIR/db.sock" \
    --detach --no-chdir --pidfile --log-file -vconsole:off -vsyslog:off
  ovs-vsctl --no-wait init
}

start_switch() {
  ovs-vswitchd "unix:$OVS_RUNDIR/db.sock" --detach --no-chdir --pidfile --log-file -vconsole:off -vsyslog:off
}

restart_switch() {
  local pid
  read -r pid <"$OVS_RUNDIR/ovs-vswitchd.pid"
  kill "$pid"
  while [[ -d /proc/$pid ]]; do sleep 0.1; done
  start_switch
}

# A Pod's namespace, with the interface and the routes that OpenShift's CNI plugin gives it.
plug() {
  local pod=$1 namespace=$name-pod-$1
  cable_of "$pod" && mac_of "$pod"
  ip netns add "$namespace"
  ip link add "$cable" mtu 1450 up type veth peer name eth0 netns "$namespace"
  {
    echo "link set lo up"
    echo "link set eth0 address $mac mtu 1450 up"
    echo "addr add $pod/${gateway#*/} dev eth0"
    for network in $networks; do echo "route add $network dev eth0"; done
    echo "route add default via ${gateway%/*}"
  } | ip -n "$namespace" -batch -
}

boot() {
  connect
  start_database
  start_switch
  iptables-restore <firewall
  for pod in $pods; do plug "$pod"; done
  sdn_rebuild
  sdn_chains
  setsid bash /run/lab/bin/sdn.sh "$name" >sdn.log 2>&1 </dev/null &
  echo "$!" >sdn.pid
}

follow() {
  for network in $neighbours; do ip route replace "$network" dev "$interface"; done
  for pod in $pods; do
    [[ -e /run/netns/$name-pod-$pod ]] && continue
    plug "$pod"
    sdn_plug "$pod"
  done
  sdn_load
}

wipe_flows() {
  { echo delete && sdn_flows | sed 's/^/add /'; } | ovs-ofctl -O OpenFlow13 --bundle add-flows br0 -
}

lose_note() { ovs-ofctl -O OpenFlow13 del-flows br0 table=253; }

settle() {
  local tries=0
  while [[ $(ovs-ofctl -O OpenFlow13 dump-flows br0 table=253 2>&1) != *note:* ]]; do
    ((++tries < 300)) || { echo "the SDN has not put br0's version note back: see $PWD/sdn.log" >&2 && exit 1; }
    sleep 0.2
  done
}

case $2 in
  boot) boot ;;
  follow) follow ;;
  restart-ovs) restart_switch ;;
  lose-note) lose_note ;;
  settle) settle ;;
  wipe-flows) wipe_flows ;;
  *) exit 64 ;;
esac
