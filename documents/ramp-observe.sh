# Answers questions about a ramp node; changes nothing. A busy node has thousands of flows and rules: only what is named comes back.
need SSM_Tunnel SSM_Fence SSM_Questions

# A rule's comment is ours as a whole word: edge-a is no part of edge-a2. iptables prints it with or without quotes.
quoted="--comment \"$mark\" " plain="--comment $mark "

# `ours N` for the place of each copy of our rule in the chain, and `reject N` for the first rule that may turn BIG-IP's packets away, by protocol,
# source and input interface; behind all rules it is the chain's policy. What is not understood may.
input() { # BIGIP INTERFACE
  consult iptables -w -S INPUT
  [ "$code" -ne 0 ] || said=$(awk -v quoted="$quoted" -v plain="$plain" -v bigip="$1" -v interface="$2" -v protocol="$protocol" -v others="^($other_protocols)$" '
    function number(address,   part) {
      split(address, part, ".")
      return ((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4]
    }
    function other_protocol(name) {
      return name ~ others || (name ~ /^[1-9][0-9]*$/ && name != protocol)
    }
    function other_source(network,   part, size) {
      if (network !~ /^[0-9.]+\/[0-9]+$/) return 0
      split(network, part, "/")
      size = 2 ^ (32 - part[2])
      return int(number(part[1]) / size) != int(number(bigip) / size)
    }
    function other_interface(name) { return name !~ /[+]$/ && name != interface }
    function may_meet(   i) {
      for (i = 3; i < NF; i++) {
        if ($i == "!") i += 2
        else if ($i == "-p" && other_protocol($(i + 1))) return 0
        else if ($i == "-s" && other_source($(i + 1))) return 0
        else if ($i == "-i" && other_interface($(i + 1))) return 0
      }
      return 1
    }
    $1 == "-P" && $3 != "ACCEPT" { closed = 1 }
    $1 != "-A" { next }
    { n++; $1 = $1; marked = index($0, quoted) || index($0, plain); gsub(/"[^"]*"/, "-") }
    marked && / -j ACCEPT$/ && index($0, " -s " bigip "/32 ") && may_meet() { print "ours " n; next }
    / -j (REJECT|DROP)( |$)/ && !rejected && may_meet() { print "reject " n; rejected = 1 }
    END { if (closed && !rejected) print "reject " n + 1 }' <<<"$said")
  answer "input $1 $2" "$code" "$said" "$complaint"
  [ "$code" -eq 0 ] || is_listed=no
  case $code:$said in 0:*'ours '*) ;; *) lacks_input=yes ;; esac
}

# Our rules of nat, asked once.
rules='' rules_code='' rules_complaint=''
all_rules() {
  local line
  [ -z "$rules_code" ] || return 0
  consult iptables -w -t nat -S POSTROUTING
  rules_code=$code rules_complaint=$complaint
  while IFS= read -r line; do
    in_words "$line"
    case $words in *"$quoted"* | *"$plain"*) rules+=${rules:+$newline}$line ;; esac
  done <<<"$said"
}

nat() { # SOURCE
  all_rules
  answer "nat $1" "$rules_code" "$rules" "$rules_complaint"
  case $rules_code:$rules in 0:?*) ;; *) lacks_nat=yes ;; esac
}

# Where a rule of ours does not stand on a node of OVN-Kubernetes: whether iptables would take it, and what packets meet without it (OVN-10). To
# check for a rule loads what it needs, and changes nothing.
lacks_input=no lacks_nat=no is_listed=yes
without_rule() { # yes|no QUESTION COMMAND...
  said=''
  [ "$1" = no ] || addresses_on ovn-k8s-mp0
  if [ -n "$said" ]; then ask "${@:2}"; else answer "$2" - ''; fi
}

check() { # input BIGIP, or nat SOURCE
  case $1 in
  input) input_rule "$2" && without_rule "$lacks_input" "check $*" iptables -w -C INPUT "${rule[@]}" ;;
  nat) nat_rule "$2" to "$2" dev ovn-k8s-mp0 && without_rule "$lacks_nat" "check $*" iptables -w -t nat -C POSTROUTING "${rule[@]}" ;;
  esac
}

# By nft, which needs nothing of iptables: INPUT where iptables does not list it, or the chain by which OVN-Kubernetes translates.
chain() { # NAME
  case $1:$is_listed in
  INPUT:yes) answer "chain $1" - '' ;;
  INPUT:no) without_rule yes "chain $1" nft list chain ip filter INPUT ;;
  *) without_rule "$lacks_nat" "chain $1" nft list chain inet ovn-kubernetes "$1" ;;
  esac
}

# One address more in a list, which comes in order, in few characters: `10.129.0.5,6 10.129.1.7`. A busy node has hundreds of Pods.
add() { # LIST ADDRESS
  local list=${!1} network=${2%.*}.
  case ${list##* } in
  "$network"*) printf -v "$1" '%s,%s' "$list" "${2##*.}" ;;
  *) printf -v "$1" '%s%s' "${list:+$list }" "$2" ;;
  esac
}

# The CNI's claims: all of them on one line, those with our mark on the next, those of other tunnels on the last. Files only: there are hundreds.
claimed() {
  local all='' ours='' others='' file address line
  set +f
  for file in "$claims"/*; do
    address=${file##*/}
    [[ $address =~ ^[0-9]+(\.[0-9]+){3}$ && -f $file && -r $file ]] || continue
    line=''
    IFS= read -r line <"$file"
    add all "$address"
    case $line in "$mark") add ours "$address" ;; edge-ramp:*) add others "$address" ;; esac
  done
  set -f
  answer claims 0 "$all$newline$ours$newline$others"
}

# What else builds a ramp here, when the node boots: units of the node's own, and rc.local, that bear the published procedure's words or start a
# script that does (OS-45). A line each: the unit with its state, or the file.
boot() {
  local file found=''
  set +f
  for file in "$root"/etc/systemd/system/*.service "$root"/etc/rc.d/rc.local "$root"/etc/rc.local; do
    if [ ! -f "$file" ] || ! builds_a_ramp "$file"; then continue; fi
    case $file in
    *.service)
      capture systemctl is-enabled "${file##*/}"
      [ "$said" != enabled ] || found+="${file##*/}$newline"
      ;;
    *) [ ! -x "$file" ] || found+="${file#"$root"}$newline" ;;
    esac
  done
  set -f
  answer boot 0 "${found%"$newline"}"
}

builds_a_ramp() { # FILE: a script, or a unit whose program is one; the first 64 KB, and of a program that is no text nothing
  local text='' program
  IFS= read -r -d '' -n 65536 text <"$1"
  case $text in *RAMP_SDN_IP* | *cookie=0x999*) return 0 ;; esac
  case $1 in *.service) ;; *) return 1 ;; esac
  [[ $newline$text =~ ${newline}ExecStart=[-@:+!]*([^[:space:]]+) ]] || return 1
  program=$root${BASH_REMATCH[1]}
  [ -f "$program" ] && [ -r "$program" ] && builds_a_ramp "$program"
}

flows='' flows_code='' flows_complaint=''
dump() { # once
  [ -z "$flows_code" ] || return 0
  consult "${ovs[@]}" ovs-ofctl -O OpenFlow13 dump-flows br0
  flows=$said flows_code=$code flows_complaint=$complaint
}

# Addresses that Pods have by the flows that lead to them: those that load a tenant into a register, and before 3.5 those of table 7.
pods() { # of what was dumped: into $said
  said=$(awk '
    !match($0, /[ ,]nw_dst=[0-9.]+ +actions=/) { next }
    !(/ actions=load:[^ ]*REG1/ || (/table=7,/ && / actions=output:/)) { next }
    { address = substr($0, RSTART + 8, RLENGTH - 8); sub(/ .*/, "", address) }
    address in seen { next }
    { seen[address]; last = address; sub(/.*[.]/, "", last); network = substr(address, 1, length(address) - length(last)) }
    network in list { list[network] = list[network] "," last; next }
    { list[network] = address; networks[++n] = network }
    END { for (i = 1; i <= n; i++) printf "%s ", list[networks[i]] }' <<<"$flows")
}

tell_pods() {
  dump
  pods
  answer pods 0 "$said"
}

# What br0 would do with a packet of BIG-IP to a Pod; nothing is sent. Of a packet without a protocol (`ip` alone) it would not show the new
# source (OS-42). Not asked (`-`) where there is no tun0, or no Pod to go to.
trace() { # SOURCE POD: `-` means any of this node's own
  local port pod=$2
  consult "${ovs[@]}" ovs-vsctl get Interface tun0 ofport
  port=${said##*"$newline"} # a log of Open vSwitch's may go before it
  port=${port//[[:space:]]/}
  if [ "$pod" = - ]; then
    dump
    pods
    pod=${said%%[, ]*}
  fi
  if [ -z "$port" ] || [ -z "$pod" ] || [ "$pod" = - ]; then
    answer "trace $1 $2" - ''
    return
  fi
  consult "${ovs[@]}" ovs-appctl ofproto/trace br0 "in_port=$port,icmp,nw_src=$1,nw_dst=$pod"
  [ "$code" -ne 0 ] || said=$(grep -E '^[[:blank:]]*Datapath[[:blank:]]+actions:' <<<"$said")
  answer "trace $1 $2" "$code" "$said" "$complaint"
}

# Every IPv4 address of the node, a line each, asked once.
everywhere='' everywhere_code='' everywhere_complaint=''
all_addresses() {
  [ -z "$everywhere_code" ] || return 0
  consult ip -o -4 addr show
  everywhere=$said everywhere_code=$code everywhere_complaint=$complaint
}

# Those on a device: into $said.
addresses_on() { # DEVICE
  local line
  all_addresses
  said=''
  while IFS= read -r line; do
    in_words "$line"
    case $words in *": $1 inet "*) said+=${said:+$newline}$line ;; esac
  done <<<"$everywhere"
}

# The devices that have an address, and with which prefix length.
holder() { # ADDRESS
  local line form found=''
  all_addresses
  while IFS= read -r line; do
    in_words "$line"
    case $words in
    *" inet $1/"*)
      line=${words# *: } form=${words#*" inet "}
      found+="${line%% *} ${form%% *}$newline"
      ;;
    esac
  done <<<"$everywhere"
  answer "holder $1" "$everywhere_code" "${found%"$newline"}" "$everywhere_complaint"
}

# OVN-Kubernetes' management port: its addresses and its link. Where neither it nor tun0 has an address, the links of that name, which tell why.
ovn() {
  local found line
  addresses_on tun0
  local tun0_addresses=$said
  addresses_on ovn-k8s-mp0
  found=$said
  if [ "$everywhere_code" -ne 0 ]; then
    answer ovn "$everywhere_code" '' "$everywhere_complaint"
  elif [ -n "$found" ]; then
    has_mp0=yes
    consult ip -o link show dev ovn-k8s-mp0
    answer ovn "$code" "$found$newline$said" "$complaint"
  elif [ -n "$tun0_addresses" ]; then
    answer ovn 0 ''
  else
    consult ip -o link show
    while IFS= read -r line; do
      in_words "$line"
      case $words in *': ovn-k8s-mp0'*) found+=${found:+$newline}$line ;; esac
    done <<<"$said"
    answer ovn "$code" "$found" "$complaint"
  fi
}

# Whether this node has the virtual IP of a pair.
has_vip() { # VIP
  consult ip -o -4 addr show
  in_words "$said"
  [[ $words == *" inet $1/"* ]]
}

answers_ping() { # ADDRESS
  consult ping -c 1 -W 1 "$1"
  [ "$code" -eq 0 ]
}

# Where the virtual IP of a pair is: `here` on the interface that shall have it, `elsewhere` (it answers), or `nowhere`.
vip() { # INTERFACE VIP
  standby=yes
  consult ip -o -4 addr show dev "$1"
  if [ "$code" -ne 0 ]; then
    answer "vip $1 $2" "$code" "$said" "$complaint"
    return
  fi
  in_words "$said"
  case $words in
  *" inet $2/"*) standby=no && answer "vip $1 $2" 0 here ;;
  *) if answers_ping "$2"; then answer "vip $1 $2" 0 elsewhere; else answer "vip $1 $2" 0 nowhere; fi ;;
  esac
}

# keepalived needs some seconds from its first start until it has put the virtual IP somewhere: so long, at most, is waited.
await() { # VIP
  local deadline=$((SECONDS + 15))
  until has_vip "$1" || answers_ping "$1"; do
    [ "$SECONDS" -lt "$deadline" ] || { answer "await $1" 1 '' && return; }
    sleep 0.2
  done
  answer "await $1" 0 ''
}

# Ours, the published procedure's and those of the script f5rampnodekb, whatever names our address, the version note, and the few that tell which
# pipeline this is, in every release: those with an address of tun0, those that match all packets, all ARP or all IP, and, before the tables that
# have a flow for each Pod or node, those with a whole network in them. What looks at a tenant is a policy, and what writes a tunnel's end is
# another node's. Asked for another cookie or source as well, what was told is not told again.
told='' tun0=''
interesting() { # COOKIE SOURCE
  local own='' family address
  dump
  [ -n "$tun0" ] || { consult ip -o -4 addr show dev tun0 && tun0=$said; }
  while read -r _ _ family address _; do
    [ "$family" != inet ] || own+="${own:+|}${address%/*}|${address%.*}.254"
  done <<<"$tun0"
  said=$flows
  [ "$flows_code" -ne 0 ] || said=$(awk -v cookie="cookie=$1," -v source="$2" -v own="$own" '
    BEGIN {
      gsub(/\./, "[.]", source); gsub(/\./, "[.]", own)
      source = "[=:>]" source "([^0-9.]|$)"; own = own == "" ? "^$" : "[=:>](" own ")([^0-9.]|$)"
    }
    !/actions=/ { next }
    { table = 0; if (match($0, /table=[0-9]+/)) table = substr($0, RSTART + 6, RLENGTH - 6) + 0
      gsub(/(duration|n_packets|n_bytes|idle_age|hard_age)=[^ ,]*, */, "") }
    index($0, cookie) || index($0, "cookie=0x999,") || table == 253 || $0 ~ source { print; next }
    !/priority=/ { print; next }
    /tun_dst|[ ,]reg[01]=/ { next }
    $0 ~ own || /priority=[0-9]+(,ip|,arp)? +actions=(goto_table|output:[^N])/ { print; next }
    table > 40 { next }
    /ct_state=-trk/ || /(nw_src|nw_dst|arp_tpa|arp_spa)=[0-9.]+\/[0-9]+/ || /in_port=[^ ,]+ +actions=goto_table/ { print }' <<<"$flows")
  if [ "$flows_code" -eq 0 ] && [ -n "$told" ]; then said=$(grep -vxF -f <(printf '%s\n' "$told") <<<"$said"); fi
  told+=${told:+$newline}$said
  answer "flows $1 $2" "$flows_code" "$said" "$flows_complaint"
}

tunnel() { # NAME
  ask "tunnel $1" ip -o tunnel show "$1"
  in_words "$said"
  case $words in *" $1: "*) has_tunnel=yes ;; *) [ "$has_tunnel" = yes ] || has_tunnel=no ;; esac
}

# Waits, at most 5 s, until a packet has come out of the tunnel: BIG-IP pings first, and our own ping cannot open the firewall for it.
heard() { # NAME
  local deadline=$((SECONDS + 5)) some=' RX: [^0-9]*[0-9]+ [0-9]*[1-9]' # bytes, then packets
  [ "$standby" = no ] || { answer "heard $1" - '' && return; }
  while :; do
    consult ip -s link show dev "$1"
    in_words "$said"
    [[ ! $words =~ $some ]] || { answer "heard $1" 0 '' && return; }
    [ "$SECONDS" -lt "$deadline" ] || { answer "heard $1" 1 '' && return; }
    sleep 0.1
  done
}

# A proof that was sent together with its change waits, at most 15 s, until that has begun and with it holds the lock, for which this script waits
# next. A change that comes later is proven by a command of its own.
await_change() { # DIGEST
  local deadline=$((SECONDS + 15)) fence digest kept
  until
    read_fence "$state/$SSM_Tunnel.node.fence" && [ "$fence $digest" = "$SSM_Fence $1" ]
  do
    [ "$SECONDS" -lt "$deadline" ] || fail "$SILENT" "the change $1 did not begin within 15 s, so it is not proven here"
    sleep 0.2
  done
}

# A node without tun0 may have no tool of Open vSwitch, and has no br0.
ask_bridge() { # QUESTION COMMAND...
  if [ "$has_tun0" = no ]; then answer "$1" - ''; else "${@:2}"; fi
}

question() { # KIND NAME...
  case $1 in
  forwarding)
    case ${2-} in
    '') ask forwarding sysctl -n net.ipv4.ip_forward ;;
    *) ask "$*" sysctl -n "net/ipv4/conf/$2/forwarding" ;;
    esac
    ;;
  after) answer "$*" 0 '' ;; # it has begun, and ended
  boot) boot ;;
  holder) holder "$2" ;;
  ovn) ovn ;;
  way) if [ "$has_mp0" = yes ]; then ask "$*" ip -4 route show "$2"; else answer "$*" - ''; fi ;;
  addresses)
    ask "$*" ip -o -4 addr show dev "$2"
    case $2 in
    tun0)
      tun0=$said
      [ "$code" -eq 0 ] || has_tun0=no
      ;;
    esac
    ;;
  link) ask "$*" ip -o link show dev "$2" ;;
  port) ask_bridge "$*" ask "$*" "${ovs[@]}" ovs-vsctl get Interface "$2" ofport ;;
  tunnel) tunnel "$2" ;;
  route) ask "$*" ip -4 route show "$2" ;;
  input) input "$2" "$3" ;;
  nat) nat "$2" ;;
  check) check "$2" "$3" ;;
  chain) chain "$2" ;;
  keeper) observe_keeper ;;
  claims) claimed ;;
  pods) ask_bridge pods tell_pods ;;
  flows) ask_bridge "$*" interesting "$2" "$3" ;;
  vip) vip "$2" "$3" ;;
  await) await "$2" ;;
  trace) ask_bridge "$*" trace "$2" "$3" ;;
  heard) heard "$2" ;;
  # A standby's packets leave by no way, and no error says so (LX-9): it is not asked.
  ping) if [ "$has_tunnel" != no ] && [ "$standby" = no ]; then ask "$*" ping -c 3 -i 0.2 -W 1 "$2"; else answer "$*" - ''; fi ;;
  # The node's own way to a Pod, by the port's address and through OVN.
  ping-mp0)
    [ "$has_tunnel" = no ] || addresses_on ovn-k8s-mp0
    if [ "$has_tunnel" != no ] && [ -n "$said" ]; then ask "$*" ping -c 3 -i 0.2 -W 1 -I ovn-k8s-mp0 "$2"; else answer "$*" - ''; fi
    ;;
  *) fail "$UNFIT" "unknown question: $*" ;;
  esac
}

has_tunnel=unasked has_tun0=unasked has_mp0=no standby=no
case $SSM_Questions in 'after '*) first=${SSM_Questions%%|*} && await_change "${first#after }" ;; esac
enter node "$SSM_Fence" -
answer_all
