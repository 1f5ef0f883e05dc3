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

octets() {
  local IFS=. format=$1
  # shellcheck disable=SC2059,SC2086 # four numbers for a format of ours
  printf "$format" $2
}
cable_of() { octets 'veth%02x%02x%02x%02x' "$1"; }
mac_of() { octets '0a:58:%02x:%02x:%02x:%02x' "$1"; } # as OpenShift's CNI plugin makes it

# How often br0 was rebuilt. Port numbers move on by ten each time; vxlan0 keeps 1.
generation() { cat generation 2>/dev/null || echo 0; }
tun_port() { echo $(($(generation) * 10 + 2)); }

# The plan's flows with today's port numbers for its words @vxlan0@, @tun0@ and @POD@.
sdn_flows() {
  local port=$(($(tun_port) + 2)) script pod
  script="s/@vxlan0@/1/g;s/@tun0@/$(tun_port)/g"
  for pod in $pods; do script+=";s/@$pod@/$((port++))/g"; done
  sed "$script" flows
}

# br0 and all on it, new. In one transaction with its removal Open vSwitch would keep the old one.
sdn_rebuild() {
  local port pod network ports=()
  if [[ -e generation ]]; then echo $(($(generation) + 1)) >generation; else echo 0 >generation; fi
  port=$(($(tun_port) + 2))
  for pod in $pods; do
    ports+=(-- add-port br0 "$(cable_of "$pod")" -- set Interface "$(cable_of "$pod")" "ofport_request=$((port++))")
  done
  ovs-vsctl --timeout=60 --if-exists del-br br0
  ovs-vsctl --timeout=60 add-br br0 -- set Bridge br0 fail-mode=secure protocols=OpenFlow13 \
    -- add-port br0 vxlan0 -- set Interface vxlan0 type=vxlan options:remote_ip=flow options:key=flow ofport_request=1 \
    -- add-port br0 tun0 -- set Interface tun0 type=internal mtu_request=1450 "ofport_request=$(tun_port)" \
    "${ports[@]}"
  {
    echo "addr add $gateway dev tun0"
    echo "link set tun0 up"
    echo "route del ${subnet:?} dev tun0" # the cluster's route replaces the connected one
    for network in $networks 172.30.0.0/16; do echo "route add $network dev tun0"; done
  } | ip -batch -
  sdn_load
}

# A Pod whose interface has just been made; the ports follow the order of the plan.
sdn_plug() {
  local port=$(($(tun_port) + 2)) pod
  for pod in $pods; do
    [[ $pod != "$1" ]] || break
    port=$((port + 1))
  done
  ovs-vsctl --timeout=60 add-port br0 "$(cable_of "$1")" -- set Interface "$(cable_of "$1")" "ofport_request=$port"
}

# What the plan has since: adding a flow that is there changes nothing.
sdn_load() { sdn_flows | ovs-ofctl -O OpenFlow13 --bundle add-flows br0 -; }

# Its chains, whole, and the jumps to them, in front where they are missing; the rules of others stay.
sdn_chains() {
  local table chain rule words
  iptables-restore -w --noflush <chains
  while IFS='|' read -r table chain rule; do
    eval "words=($rule)" # the lab's own words, quoted as iptables prints them
    iptables -w -t "$table" -C "$chain" "${words[@]}" 2>/dev/null || iptables -w -t "$table" -I "$chain" "${words[@]}"
  done <jumps
  sdn_rules >chains.seen
}
sdn_rules() { iptables-save | grep -e '^-.*OPENSHIFT-'; }

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
