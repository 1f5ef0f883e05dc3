#!/bin/bash
# One node of a cluster on OVN-Kubernetes, without OVN: ovn-twin.sh NODE VERB, run in the node's network namespace. Real are ovn-k8s-mp0, its address,
# routes, forwarding and iptables' chains. In place of OVN a router stands in a namespace of its own, with the node's Pods; it knows the other nodes'
# routers, and sends nothing anywhere else. Policies and services are not there: what OVN itself does is for test/ovn.
#   boot                        addresses, ovn-k8s-mp0, the router, Pods, ovnkube's chains, forwarding
#   follow                      the plan has changed: Pods, nodes and networks on the LAN that it has since
#   restart-ovs, wipe-flows, lose-note, settle: nothing on the node is Open vSwitch's
set -euo pipefail
cd "/run/lab/$1"
export LC_ALL=C
# shellcheck source=/dev/null
. ./plan
: "${name:?}" "${interface:?}" "${address:?}" "${router:?}" "${neighbours?}" "${gateway:?}" "${networks:?}" "${pods?}" # of the plan
: "${everywhere:?}" "${transit:?}" "${others?}"
ovn=$name-ovn length=${gateway#*/}

octets() { # VARIABLE FORMAT ADDRESS
  local IFS=. variable=$1 format=$2
  # shellcheck disable=SC2059,SC2086 # four numbers for a format of ours
  printf -v "$variable" "$format" $3
}
mac_of() { octets mac '0a:58:%02x:%02x:%02x:%02x' "$1"; } # as ovn-kubernetes makes it

# The router's address is the first of the node's subnet, the port's the second.
second() {
  local first=${gateway%/*}
  mp0=${first%.*}.$((${first##*.} + 1))
}

connect() {
  sysctl -qw "net.ipv4.ip_forward=$everywhere" net.ipv4.conf.default.rp_filter=1 net.ipv4.conf.all.rp_filter=0 \
    net.ipv6.conf.{all,default}.disable_ipv6=1
  {
    echo "link set lo up"
    echo "addr add $address dev $interface"
    echo "addr add 169.254.0.2/17 dev $interface"
    echo "link set $interface up"
    echo "route add default via $router dev $interface"
    for network in $neighbours; do echo "route add $network dev $interface"; done
    echo "route add 172.30.0.0/16 via 169.254.0.4 dev $interface"
  } | ip -batch -
}

# The cable to the other routers has been laid (cables.ts).
start_router() {
  ip netns exec "$ovn" sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.{all,default}.rp_filter=0 net.ipv6.conf.{all,default}.disable_ipv6=1
  mac_of "${gateway%/*}"
  {
    echo "link set lo up"
    echo "link add pods address $mac type bridge"
    echo "addr add $gateway dev pods"
    echo "link set pods up"
    echo "addr add $transit dev transit"
    echo "link set transit up"
  } | ip -n "$ovn" -batch -
  meet
}

meet() {
  local other
  for other in $others; do ip -n "$ovn" route replace "${other%,*}" via "${other#*,}"; done
}

management_port() {
  second
  mac_of "$mp0"
  ip link add ovn-k8s-mp0 mtu 1400 address "$mac" type veth peer name mp0 netns "$ovn"
  ip -n "$ovn" link set mp0 mtu 1400 master pods up
  {
    echo "addr add $mp0/$length dev ovn-k8s-mp0"
    echo "link set ovn-k8s-mp0 up"
    for network in $networks; do echo "route add $network via ${gateway%/*} dev ovn-k8s-mp0"; done
  } | ip -batch -
  sysctl -qw "net.ipv4.conf.ovn-k8s-mp0.forwarding=1" net.ipv4.conf.ovn-k8s-mp0.rp_filter=2 "net.ipv4.conf.${interface/./\/}.forwarding=1"
}

plug() { # POD
  local namespace=$name-pod-$1 cable
  octets cable 'pod%02x%02x%02x%02x' "$1"
  mac_of "$1"
  ip netns add "$namespace"
  ip -n "$ovn" link add "$cable" mtu 1400 up master pods type veth peer name eth0 netns "$namespace"
  {
    echo "link set lo up"
    echo "link set eth0 address $mac mtu 1400 up"
    echo "addr add $1/$length dev eth0"
    echo "route add default via ${gateway%/*}"
  } | ip -n "$namespace" -batch -
}

boot() {
  connect
  start_router
  management_port
  for pod in $pods; do plug "$pod"; done
  iptables-restore <firewall
}

follow() {
  for network in $neighbours; do ip route replace "$network" dev "$interface"; done
  for pod in $pods; do [[ -e /run/netns/$name-pod-$pod ]] || plug "$pod"; done
  meet
}

case $2 in
boot) boot ;;
follow) follow ;;
restart-ovs | wipe-flows | lose-note | settle) ;;
*) exit 64 ;;
esac
