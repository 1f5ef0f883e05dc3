#!/bin/bash
# A STAND-IN for openshift-sdn on one node. It keeps br0, tun0 and its own iptables chains as the plan has them and
# knows nothing else: no API server, no network policy, no services.
#   sdn.sh NODE     watches, about once a second; also sourced by node.sh in the node's folder
# As the real one, it takes br0 for lost when the version note in table 253 is, and then begins anew: other ports, a
# new tun0 with a new MAC, and none of the flows that others had put there.
[[ ${BASH_SOURCE[0]} != "$0" ]] || cd "/run/lab/${1:?}" || exit
# shellcheck source=/dev/null
. ./plan
: "${name:?}" "${gateway:?}" "${networks:?}" "${pods?}" # of the plan
export LC_ALL=C OVS_RUNDIR=/run/lab/$name/ovs OVS_DBDIR=/run/lab/$name/ovs OVS_LOGDIR=/run/lab/$name/ovs

# Both set a variable: what $(...) costs in a slow guest is felt.
octets() {
  local IFS=. variable=$1 format=$2
  # shellcheck disable=SC2059,SC2086 # four numbers for a format of ours
  printf -v "$variable" "$format" $3
}
cable_of() { octets cable 'veth%02x%02x%02x%02x' "$1"; }
mac_of() { octets mac '0a:58:%02x:%02x:%02x:%02x' "$1"; } # as OpenShift's CNI plugin makes it

# Port numbers move on by ten each time that br0 is built; vxlan0 keeps 1. Sets tun, tun0's; Pods follow from two more in the order of the plan.
read_ports() { tun=2 && read -r tun <ports; } 2>/dev/null

# The plan's flows with today's port numbers for its words @vxlan0@, @tun0@ and @POD@.
sdn_flows() {
  local port script pod
  read_ports
  port=$((tun + 2))
  script="s/@vxlan0@/1/g;s/@tun0@/$tun/g"
  for pod in $pods; do script+=";s/@$pod@/$((port++))/g"; done
  sed "$script" flows
}

# Adding a flow that is there changes nothing.
sdn_load() { sdn_flows | ovs-ofctl -O OpenFlow13 --bundle add-flows br0 -; }

# br0 and all on it, new. In one transaction with its removal Open vSwitch would keep the old one.
sdn_rebuild() {
  local port pod network veths=()
  if read_ports; then
    tun=$((tun + 10))
    ovs-vsctl --timeout=60 --if-exists del-br br0
  fi
  echo "$tun" >ports
  port=$((tun + 2))
  for pod in $pods; do
    cable_of "$pod"
    veths+=(-- add-port br0 "$cable" -- set Interface "$cable" "ofport_request=$((port++))")
  done
  ovs-vsctl --timeout=60 add-br br0 -- set Bridge br0 fail-mode=secure protocols=OpenFlow13 \
    -- add-port br0 vxlan0 -- set Interface vxlan0 type=vxlan options:remote_ip=flow options:key=flow ofport_request=1 \
    -- add-port br0 tun0 -- set Interface tun0 type=internal mtu_request=1450 "ofport_request=$tun" \
    "${veths[@]}"
  {
    echo "addr add $gateway dev tun0"
    echo "link set tun0 up"
    echo "route del ${subnet:?} dev tun0" # the cluster's route replaces the connected one
    for network in $networks 172.30.0.0/16; do echo "route add $network dev tun0"; done
  } | ip -batch -
  sdn_load
}

# A Pod whose interface has just been made.
sdn_plug() {
  local port pod
  read_ports
  port=$((tun + 2))
  for pod in $pods; do
    [[ $pod != "$1" ]] || break
    port=$((port + 1))
  done
  cable_of "$1"
  ovs-vsctl --timeout=60 add-port br0 "$cable" -- set Interface "$cable" "ofport_request=$port"
}

sdn_rules() { iptables-save | grep -e '^-.*OPENSHIFT-'; }

# Its chains, whole, and the jumps to them, in front where they are missing; the rules of others stay.
sdn_chains() {
  local table chain rule now
  now=$(iptables-save)
  {
    echo "$(<chains)"
    while IFS='|' read -r table chain rule; do
      [[ $now == *"-A $chain $rule"* ]] || printf '*%s\n-I %s %s\nCOMMIT\n' "$table" "$chain" "$rule"
    done <jumps
  } | iptables-restore -w --noflush
  sdn_rules >chains.seen
}

# The real one looks at its chains every 30 s; here it is 10, so that nobody waits long.
sdn_watch() {
  while :; do
    if ! perl /run/lab/bin/sdn-note.pl "$OVS_RUNDIR" 10; then
      echo 'the version note is gone: br0 is built anew'
      sdn_rebuild
    fi
    if [[ $(sdn_rules) != "$(<chains.seen)" ]]; then
      echo 'iptables chains are not as they were: they are put back'
      sdn_chains
    fi
  done
}

[[ ${BASH_SOURCE[0]} != "$0" ]] || sdn_watch
