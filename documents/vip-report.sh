# The reporter of a ramp node that shares a virtual address: it says whether this node could carry the tunnel. systemd runs it (ramp-report.sh);
# it stands alone there, on bash 4.2 and iproute2 4.11.
report_text() {
  cat <<'REPORTER'
#!/bin/bash
# edge-ramp: vip-report [--once] MARK INTERFACE SOURCE COOKIE ADDRESS TUNNEL. Every 2 s it looks at what the tunnel needs on this node. Only
# while something of it is positively missing it keeps the address MARK on lo, for 10 s each time; keepalived's check fails by it, and the virtual
# address moves. When the reporter dies, the kernel takes the mark away. What cannot be asked is not missing: the mark is left to run out.
# With COOKIE `-` a rule of nat, to ADDRESS, stands in place of the flows.
set -u -o pipefail -f
umask 077
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
once=
[ "${1-}" != --once ] || { once=yes && shift; }
[ "$#" -eq 6 ] || { echo "usage: vip-report [--once] MARK INTERFACE SOURCE COOKIE ADDRESS TUNNEL" >&2 && exit 2; }
mark=$1 interface=$2 source=$3 cookie=$4 address=$5 tunnel=$6
report=${EDGE_RAMP_ROOT-}/run/edge-ramp/$tunnel.report
mkdir -p "${report%/*}"
complaints=$report.stderr
{ : >"$complaints"; } 2>/dev/null || complaints=/dev/null

missing='' unknown=''
is_missing() { missing+=${missing:+, }$1; }
is_unknown() { unknown+=${unknown:+, }$1; }

# At most 2 s, so that a look is over before the mark runs out. What it says on stderr counts only when it failed: it may warn and be right.
said='' code=''
ask() { # COMMAND...
  local complaint
  said=$(timeout 2 "$@" 2>"$complaints")
  code=$?
  [ "$code" -ne 0 ] || return
  IFS= read -r -d '' complaint <"$complaints"
  said=$complaint$said
}

unclear() { # WHAT: on one line, 200 characters at most
  local words=${said//$'\n'/ }
  is_unknown "$1 answered (exit code $code): ${words:0:200}"
}

device() {
  ask ip -o link show dev "$interface"
  case $code:$said in
  0:*'<'*[,\<]UP[,\>]*) ;;
  0:*'<'*'>'*) is_missing "$interface is down" ;;
  *'does not exist'*) is_missing "$interface is not there" ;;
  *) unclear "ip link show dev $interface" ;;
  esac
}

route() {
  ask ip -o -4 route get "$source"
  case $code:$said in
  0:*" dev $interface "*) ;;
  0:*' dev '* | *unreachable*) is_missing "no route to $source by $interface" ;;
  *) unclear "ip route get $source" ;;
  esac
}

address() {
  ask ip -o -4 addr show dev tun0
  case $code:$said in
  0:*" inet $address/"*) ;;
  0:*) is_missing "no $address on tun0" ;;
  *'does not exist'*) is_missing "tun0 is not there" ;;
  *) unclear "ip addr show dev tun0" ;;
  esac
}

# Open vSwitch's tools are the host's, or, where it runs in a Pod, those of ovs-vswitchd's own mount namespace; the Pod may be another by now.
flows() {
  local ovs=(env)
  command -v ovs-ofctl >/dev/null || ovs=(nsenter --mount --target "$(pgrep -o -x ovs-vswitchd)" --)
  ask "${ovs[@]}" ovs-ofctl -O OpenFlow13 dump-aggregate br0 "cookie=$cookie/-1"
  case $code:$said in
  0:*flow_count=0 | 0:*flow_count=0[!0-9]*) is_missing "no flow with cookie $cookie" ;;
  0:*flow_count=[1-9]*) ;;
  *) unclear "ovs-ofctl dump-aggregate br0" ;;
  esac
}

# Exit code 1 is more than "no such rule".
nat() {
  ask iptables -w -t nat -C POSTROUTING -s "$source" -o tun0 -m comment --comment "edge-ramp:$tunnel" -j SNAT --to-source "$address"
  case $code:$said in
  0:*) ;;
  1:*'Bad rule'* | 1:*'No chain/target/match'*) is_missing "no rule of nat from $source to $address" ;;
  *) unclear "iptables -C POSTROUTING" ;;
  esac
}

put_mark() {
  ask ip addr replace "$mark/32" dev lo valid_lft 10 preferred_lft 10
  [ "$code" -eq 0 ] || unclear "ip addr replace $mark/32"
}

take_mark() {
  ask ip -o -4 addr show dev lo
  case $said in *" $mark/32 "*) ask ip addr del "$mark/32" dev lo ;; esac
}

last=''
note() { # WORD WHAT: into the report, and into the journal when it changes
  local now
  now=$(date +%s)
  printf '%s\n' "$1 $now${2:+ $2}" >"$report.new" && mv "$report.new" "$report"
  [ "$1 $2" = "$last" ] || printf '%s\n' "$1${2:+: $2}"
  last="$1 $2"
}

look() {
  missing='' unknown=''
  device
  route
  address
  case $cookie in -) nat ;; *) flows ;; esac
  if [ -n "$missing" ]; then
    put_mark
    note broken "$missing${unknown:+; not known: $unknown}"
  elif [ -n "$unknown" ]; then
    note unknown "$unknown"
  else
    take_mark
    note ok ''
  fi
}

look
while [ -z "$once" ]; do
  sleep 2
  look
done
REPORTER
}
