#!/bin/bash
# All that a host holds, as its programs print it: dump.sh HOST, run in its network namespace. dump.ts makes it text that can be compared.
section() {
  printf '== %s\n' "$1"
  "${@:2}"
}

# Programs of this namespace that nobody waits for: daemons, and none of their children.
# shellcheck disable=SC2317 # called by section
daemons() {
  ps -ewwo ppid=,pgid=,netns=,args= | mawk -v here="$(stat -Lc %i /proc/self/ns/net)" -v own=$$ \
    '$1 == 1 && $2 != own && $3 == here { $1 = $2 = $3 = ""; print substr($0, 4) }'
}

section links ip -j -d addr show
section routes ip -4 route show table all
section rules ip -4 rule
section iptables iptables-save
section sysctl grep -rs . /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/{all,default,lo,br-ex,e*,ovn-*,tun*}/{rp_filter,forwarding}
section tcp cat /proc/net/tcp
section udp cat /proc/net/udp
section daemons daemons
cd "/run/lab/$1" 2>/dev/null || exit 0
section files grep -s . keepalived-*.conf
if [[ -e ovs/db.sock ]]; then
  export OVS_RUNDIR=$PWD/ovs
  section switch ovs-vsctl --timeout=10 --format=csv --data=bare --no-headings \
    -- --columns=name,fail_mode,protocols list Bridge -- --columns=name,type,ofport,options list Interface
  section flow ovs-ofctl -O OpenFlow13 --no-stats dump-flows br0
fi
exit 0
