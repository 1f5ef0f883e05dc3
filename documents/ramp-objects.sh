# What the ramp node's scripts know of its tools.
claims=$root/var/lib/cni/networks/openshift-sdn
mark=edge-ramp:$SSM_Tunnel

# Open vSwitch's tools are the host's, or, where it runs in a Pod, those of ovs-vswitchd's own mount namespace.
ovs=(env)
find_ovs() {
  command -v ovs-ofctl >/dev/null || ovs=(nsenter --mount --target "$(pgrep -o -x ovs-vswitchd)" --)
}
find_ovs

# The tunnel, as `ip tunnel` is told and as it shows it, and its protocol: by number, since the name of protocol 4 depends on /etc/protocols. The names
# by which iptables shows other protocols do not.
mode=ipip shown=ip/ip protocol=4
other_protocols='tcp|udp|udplite|icmp|igmp|ipv6|ipv6-icmp|icmpv6|gre|esp|ah|ospf|ospfigp|pim|vrrp|sctp|dccp'

# The rule that lets BIG-IP's tunnel in.
input_rule() { # BIGIP
  rule=(-p "$protocol" -s "$1" -m comment --comment "$mark" -j ACCEPT)
}

nat_rule() { # SOURCE to GATEWAY [dev DEVICE]: by tun0 unless another device is named
  rule=(-s "$1" -o "${5-tun0}" -m comment --comment "$mark" -j SNAT --to-source "$3")
}
