#!/bin/bash
# A STAND-IN for ovnkube on one node: node.sh NODE VERB..., run in the node's network namespace. Real are Open vSwitch and ovn-controller; what
# ovnkube does to the host is done here as its source has it (ovn-kubernetes, go-controller/pkg/node).
#   boot                        addresses, Open vSwitch, br-ex, br-int, ovn-k8s-mp0, Pods, ovn-controller, forwarding: Restricted
#   snat FORM                   the SNAT of all that leaves by mp0: none, iptables (to 4.17), nft (from 4.18), advertised (nft, Pod network by BGP)
#   forwarding FORM             ipForwarding: Restricted or Global, and what ovnkube does to the interfaces that it manages when it starts
#   via-host                    routingViaHost: what Pods send out of the cluster gets the host's address
#   restart-controller, restart-ovnkube, restart-ovs
# The node's folder holds its plan (variables), which ovn.ts writes.
set -euo pipefail
cd "/run/lab/$1"
export LC_ALL=C OVS_RUNDIR=$PWD/ovs OVS_DBDIR=$PWD/ovs OVS_LOGDIR=$PWD/ovs OVN_RUNDIR=$PWD/ovs
# shellcheck source=/dev/null
. ./plan
: "${name:?}" "${address:?}" "${mac:?}" "${router:?}" "${southbound:?}" "${interconnect:?}" # of the plan
: "${subnet:?}" "${length:?}" "${gateway:?}" "${gateway_mac:?}" "${mp0:?}" "${mp0_mac:?}" "${mtu:?}" "${cluster:?}" "${pods?}"
quiet=(--detach --no-chdir -vconsole:off -vsyslog:off)

start_switch() { ovs-vswitchd "unix:$OVS_RUNDIR/db.sock" "${quiet[@]}" --pidfile --log-file; }
start_controller() { ovn-controller "unix:$OVS_RUNDIR/db.sock" "${quiet[@]}" --pidfile="$OVN_RUNDIR/ovn-controller.pid" --log-file="$OVN_RUNDIR/ovn-controller.log"; }

end() { # DAEMON
  local pid
  read -r pid <"$OVS_RUNDIR/$1.pid"
  kill "$pid"
  while [[ -d /proc/$pid ]]; do sleep 0.1; done
}

boot() {
  sysctl -qw net.ipv4.conf.default.rp_filter=1 net.ipv4.conf.all.rp_filter=0 net.ipv6.conf.{all,default}.disable_ipv6=1
  ip link set lo up
  ip link set eth0 up
  mkdir -p "$OVS_RUNDIR"
  ovsdb-tool create "$OVS_DBDIR/conf.db" /usr/share/openvswitch/vswitch.ovsschema
  ovsdb-server "$OVS_DBDIR/conf.db" --remote="punix:$OVS_RUNDIR/db.sock" "${quiet[@]}" --pidfile --log-file
  ovs-vsctl --no-wait init
  start_switch
  switch
  addresses
  for pod in $pods; do plug "$pod"; done
  start_controller
  forwarding Restricted
}

# As ovs-configuration.service and ovnkube have it: the NIC is a port of br-ex, which has its MAC.
switch() {
  ovs-vsctl --timeout=60 \
    set Open_vSwitch . "external_ids:system-id=$name" "external_ids:hostname=$name" "external_ids:ovn-remote=unix:$southbound" \
    external_ids:ovn-encap-type=geneve "external_ids:ovn-encap-ip=${address%/*}" external_ids:ovn-bridge-mappings=physnet:br-ex \
    external_ids:ovn-set-local-ip=true "external_ids:ovn-is-interconn=$interconnect" \
    -- add-br br-ex -- set Bridge br-ex "other_config:hwaddr=$mac" -- add-port br-ex eth0 -- set Interface eth0 ofport_request=1 \
    -- add-br br-int -- set Bridge br-int fail-mode=secure datapath_type=system \
    -- add-port br-int ovn-k8s-mp0 -- set Interface ovn-k8s-mp0 "mac=\"$mp0_mac\"" type=internal "mtu_request=$mtu" "external_ids:iface-id=k8s-$name"
}

addresses() {
  ip -batch - <<END
addr add $address dev br-ex
addr add 169.254.169.2/29 dev br-ex
link set br-ex up
link set br-int down
route add default via $router dev br-ex
route add 169.254.169.1 dev br-ex src ${address%/*} mtu $mtu
neigh replace 169.254.169.4 lladdr $mac dev br-ex nud permanent
route add 172.30.0.0/16 via 169.254.169.4 dev br-ex src 169.254.169.2 mtu $mtu
END
  management_port
}

management_port() {
  ip -batch - <<END
addr add $mp0/$length dev ovn-k8s-mp0
link set ovn-k8s-mp0 up
route add $cluster via $gateway dev ovn-k8s-mp0
neigh replace $gateway lladdr $gateway_mac dev ovn-k8s-mp0 nud permanent
END
}

# A Pod's namespace, with what ovn-kubernetes' CNI plugin gives it.
plug() {
  local namespace=$name-pod-$1 cable hardware
  # shellcheck disable=SC2046,SC2086 # four numbers
  { IFS=. && printf -v cable 'pod%02x%02x%02x%02x' $1 && printf -v hardware '0a:58:%02x:%02x:%02x:%02x' $1 && unset IFS; }
  ip netns add "$namespace"
  ip link add "$cable" mtu "$mtu" up type veth peer name eth0 netns "$namespace"
  ip -n "$namespace" -batch - <<END
link set lo up
link set eth0 address $hardware mtu $mtu up
addr add $1/$length dev eth0
route add default via $gateway
END
  ovs-vsctl --timeout=60 add-port br-int "$cable" -- set Interface "$cable" "external_ids:iface-id=pod-$1"
}

# br-ex's flows in shared gateway mode (bridgeconfig/bridgeflows.go, commonFlows): without them br-ex learns its own MAC at OVN's side, and the host is
# cut off after a Pod's first packet to the outside. OVN's port is there when ovn-controller has made it.
br_ex_flows() {
  local phys=1 ovn tries=0
  until ovn=$(ovs-vsctl --if-exists get Interface "patch-br-ex_$name-to-br-int" ofport) && [[ $ovn =~ ^[0-9]+$ ]]; do
    ((++tries < 300)) || { echo "ovn-controller has not connected br-ex: see $OVN_RUNDIR/ovn-controller.log" >&2 && exit 1; }
    sleep 0.2
  done
  ovs-ofctl -O OpenFlow13 --bundle replace-flows br-ex - <<END
cookie=0xdeff105,priority=205,in_port=$phys,dl_dst=$mac,udp,udp_dst=6081,actions=LOCAL
cookie=0xdeff105,priority=200,in_port=$phys,udp,udp_dst=6081,actions=NORMAL
cookie=0xdeff105,priority=200,in_port=LOCAL,udp,udp_dst=6081,actions=output:$phys
cookie=0xdeff105,priority=110,ip,in_port=$phys,nw_frag=yes,ct_state=-trk,actions=ct(zone=64004,table=0)
cookie=0xdeff105,priority=100,in_port=$ovn,dl_src=$mac,ip,actions=ct(commit,zone=64000,exec(set_field:0x1->ct_mark)),output:$phys
cookie=0xdeff105,priority=100,in_port=LOCAL,ip,actions=ct(commit,zone=64000,exec(set_field:0x2->ct_mark)),output:$phys
cookie=0xdeff105,priority=50,ip,dl_dst=$mac,actions=ct(zone=64000,nat,table=1)
cookie=0xdeff105,priority=10,dl_dst=$mac,actions=output:$ovn,NORMAL
cookie=0xdeff105,priority=10,in_port=$ovn,dl_src=$mac,actions=NORMAL
cookie=0xdeff105,priority=9,in_port=$ovn,actions=drop
cookie=0xdeff105,priority=0,actions=NORMAL
cookie=0xdeff105,table=1,priority=100,ip,ct_state=+trk+est,ct_mark=0x1,actions=output:$ovn
cookie=0xdeff105,table=1,priority=100,ip,ct_state=+trk+rel,ct_mark=0x1,actions=output:$ovn
cookie=0xdeff105,table=1,priority=100,ip,ct_state=+trk+est,ct_mark=0x2,actions=LOCAL
cookie=0xdeff105,table=1,priority=100,ip,ct_state=+trk+rel,ct_mark=0x2,actions=LOCAL
cookie=0xdeff105,table=1,priority=10,dl_dst=$mac,actions=LOCAL
cookie=0xdeff105,table=1,priority=0,actions=NORMAL
END
}

snat() {
  echo "$1" >snat
  unsnat
  local chain=OVN-KUBE-SNAT-MGMTPORT
  case $1 in
  none) ;;
  iptables)
    iptables -w -t nat -N $chain
    iptables -w -t nat -I POSTROUTING 1 -o ovn-k8s-mp0 -j $chain
    iptables -w -t nat -A $chain -o ovn-k8s-mp0 -m comment --comment 'OVN SNAT to Management Port' -j SNAT --to-source "$mp0"
    ;;
  nft) nft_table '' ;;
  advertised) nft_table 'meta nfproto ipv4 fib saddr type != local counter return' ;;
  *) exit 64 ;;
  esac
}

unsnat() {
  local chain=OVN-KUBE-SNAT-MGMTPORT
  if iptables -w -t nat -S $chain >/dev/null 2>&1; then
    iptables -w -t nat -D POSTROUTING -o ovn-k8s-mp0 -j $chain
    iptables -w -t nat -F $chain
    iptables -w -t nat -X $chain
  fi
  nft delete table inet ovn-kubernetes 2>/dev/null || true
}

nft_table() { # EXCEPTION
  nft -f - <<END
table inet ovn-kubernetes {
  set mgmtport-no-snat-nodeports { type inet_proto . inet_service; }
  set mgmtport-no-snat-services-v4 { type ipv4_addr . inet_proto . inet_service; }
  set mgmtport-no-snat-subnets-v4 { type ipv4_addr; flags interval; }
  chain mgmtport-snat {
    comment "OVN SNAT to Management Port"
    type nat hook postrouting priority srcnat; policy accept;
    oifname != "ovn-k8s-mp0" return
    $1
    meta l4proto . th dport @mgmtport-no-snat-nodeports counter return
    meta nfproto ipv4 ip saddr $mp0 counter return
    ip daddr . meta l4proto . th dport @mgmtport-no-snat-services-v4 counter return
    ip saddr @mgmtport-no-snat-subnets-v4 counter return
    counter snat ip to $mp0
  }
}
END
}

forwarding() {
  case $1 in
  Restricted) sysctl -qw net.ipv4.ip_forward=0 ;;
  Global) sysctl -qw net.ipv4.ip_forward=1 ;;
  *) exit 64 ;;
  esac
  sysctl -qw net.ipv4.conf.{ovn-k8s-mp0,br-ex}.forwarding=1 net.ipv4.conf.ovn-k8s-mp0.rp_filter=2
}

via_host() {
  nft -f - <<END
table inet via-host {
  chain leaving {
    type nat hook postrouting priority 101;
    ip saddr $subnet masquerade
    ip saddr 169.254.169.1 masquerade
  }
}
END
}

# ovnkube's start, as it was up to 4.15: what it manages is flushed, and set anew half a second later.
restart_ovnkube() {
  ip addr flush dev ovn-k8s-mp0
  unsnat
  sleep 0.5
  management_port
  forwarding Restricted
  snat "$(<snat)"
}

case $2 in
  boot) boot ;;
  br-ex-flows) br_ex_flows ;;
  snat) snat "$3" ;;
  forwarding) forwarding "$3" ;;
  via-host) via_host ;;
  restart-controller) end ovn-controller && sleep 2 && start_controller ;;
  restart-ovnkube) restart_ovnkube ;;
  restart-ovs) end ovs-vswitchd && sleep 1 && start_switch && sleep 1 && br_ex_flows ;;
  *) exit 64 ;;
esac
