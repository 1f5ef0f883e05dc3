# Answers questions about a ramp node; changes nothing. A busy node has thousands of flows and rules: only what is named comes back.
need SSM_Questions

# A rule's comment is ours as a whole word: edge-a is no part of edge-a2. iptables prints it with or without quotes.
quoted="--comment \"$mark\" " plain="--comment $mark "

# `present 1` when the rule is there, `ours N` for each copy's place in the chain, `reject N` for the first rule that turns packets away.
input() { # BIGIP
  local present=0
  input_rule "$1"
  consult iptables -w -C INPUT "${rule[@]}"
  [ "$code" -ne 0 ] || present=1
  consult iptables -w -S INPUT
  [ "$code" -ne 0 ] || said=$(awk -v quoted="$quoted" -v plain="$plain" -v source="-s $1/32 " -v present="$present" '
    BEGIN { print "present " present }
    !/^-A / { next }
    { n++ }
    index($0, source) && (index($0, quoted) || index($0, plain)) { print "ours " n; next }
    / -j (REJECT|DROP)/ && !rejected { print "reject " n; rejected = 1 }' <<<"$said")
  answer "input $1" "$code" "$said" "$complaint"
}

nat() { # SOURCE
  consult iptables -w -t nat -S POSTROUTING
  [ "$code" -ne 0 ] || said=$(grep -F -e "$quoted" -e "$plain" <<<"$said")
  answer "nat $1" "$code" "$said" "$complaint"
}

# Addresses, one a line or a file of that name, in few characters: `10.129.0.5,6 10.129.1.7`. A busy node has hundreds of Pods.
grouped() {
  sort -u | awk '
    { sub(".*/", "") }
    !/^[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+$/ { next }
    { last = $0; sub(".*[.]", "", last); network = substr($0, 1, length($0) - length(last))
      printf "%s%s", network == before ? "," : space network, last
      before = network; space = " " }'
}

# The CNI's claims: all of them on one line, those with our mark on the next, those of other tunnels on the last.
claimed() {
  local all='' ours='' others='' marked
  if [ -d "$claims" ]; then
    all=$(find "$claims" -maxdepth 1 -type f | grouped)
    marked=$(find "$claims" -maxdepth 1 -type f -exec grep -Hx -- 'edge-ramp:.*' {} +)
    ours=$(sed -n "s/:$mark\$//p" <<<"$marked" | grouped)
    others=$(sed -e "/:$mark\$/d" -e 's/:edge-ramp:.*//' <<<"$marked" | grouped)
  fi
  answer claims 0 "$all"$'\n'"$ours"$'\n'"$others"
}

flows='' flows_code='' flows_complaint=''
dump() { # once
  [ -z "$flows_code" ] || return 0
  consult "${ovs[@]}" ovs-ofctl -O OpenFlow13 dump-flows br0
  flows=$said flows_code=$code flows_complaint=$complaint
}

# Addresses that Pods have by the flows that lead to them: those that load a tenant into a register, and before 3.5 those of table 7.
pods() { # of what was dumped
  sed -n -e 's/.*[ ,]nw_dst=\([0-9.]*\) actions=load:[^ ]*REG1.*/\1/p' \
    -e 's/.*table=7,.*[ ,]nw_dst=\([0-9.]*\) actions=output:.*/\1/p' <<<"$flows" | sort -u
}

# What br0 would do with a packet of BIG-IP to a Pod; nothing is sent. Of a packet without a protocol (`ip` alone) it would not show the new
# source (OS-42). Not asked (`-`) where there is no tun0, or no Pod to go to.
trace() { # SOURCE POD: `-` means any of this node's own
  local port pod=$2
  consult "${ovs[@]}" ovs-vsctl get Interface tun0 ofport
  port=$said
  dump
  [ "$pod" != - ] || read -r pod < <(pods)
  if [ -z "$port" ] || [ -z "$pod" ] || [ "$pod" = - ]; then
    answer "trace $1 $2" - ''
    return
  fi
  consult "${ovs[@]}" ovs-appctl ofproto/trace br0 "in_port=$port,icmp,nw_src=$1,nw_dst=$pod"
  [ "$code" -ne 0 ] || said=$(grep '^Datapath actions: ' <<<"$said")
  answer "trace $1 $2" "$code" "$said" "$complaint"
}

# Whether this node has the virtual IP of a pair.
has_vip() { # VIP
  consult ip -o -4 addr show
  case $said in *" inet $1/"*) return 0 ;; *) return 1 ;; esac
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
  case $said in
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

# Ours, the published procedure's, whatever names our address, the version note, and the few that tell which pipeline this is, in every release:
# those with tun0's address, those that match all packets, all ARP or all IP, and, before the tables that have a flow for each Pod or node, those
# with a whole network in them. What looks at a tenant is a policy, and what writes a tunnel's end is another node's.
# Asked for another cookie or source as well, what was told is not told again.
told=''
interesting() { # COOKIE SOURCE
  local gateway
  dump
  gateway=$(ip -o -4 addr show dev tun0 2>/dev/null | awk 'NR == 1 { sub("/.*", "", $4); print $4 }')
  said=$flows
  [ "$flows_code" -ne 0 ] || said=$(awk -v cookie="cookie=$1," -v source="$2" -v gateway="$gateway" '
    function names(address) { return address != "" && match($0, "[=:>]" address "([^0-9.]|$)") }
    BEGIN { gsub(/\./, "[.]", source); gsub(/\./, "[.]", gateway) }
    !/actions=/ { next }
    { table = 0; if (match($0, /table=[0-9]+/)) table = substr($0, RSTART + 6, RLENGTH - 6) + 0
      gsub(/(duration|n_packets|n_bytes|idle_age|hard_age)=[^ ,]*, /, "") }
    index($0, cookie) || index($0, "cookie=0x999,") || table == 253 || names(source) { print; next }
    !/priority=/ { print; next }
    /tun_dst|[ ,]reg[01]=/ { next }
    names(gateway) || /priority=[0-9]+(,ip|,arp)? actions=(goto_table|output:[^N])/ { print; next }
    table > 40 { next }
    /ct_state=-trk/ || /(nw_src|nw_dst|arp_tpa|arp_spa)=[0-9.]+\/[0-9]+/ || /in_port=[^ ,]+ actions=goto_table/ { print }' <<<"$flows")
  if [ "$flows_code" -eq 0 ] && [ -n "$told" ]; then said=$(grep -vxF -f <(printf '%s\n' "$told") <<<"$said"); fi
  told+=${told:+$'\n'}$said
  answer "flows $1 $2" "$flows_code" "$said" "$flows_complaint"
}

tunnel() { # NAME
  ask "tunnel $1" ip -o tunnel show "$1"
  case $newline$said in *"$newline$1: "*) has_tunnel=yes ;; *) [ "$has_tunnel" = yes ] || has_tunnel=no ;; esac
}

# Waits, at most 5 s, until a packet has come out of the tunnel: BIG-IP pings first, and our own ping cannot open the firewall for it.
heard() { # NAME
  local deadline=$((SECONDS + 5)) received
  [ "$standby" = no ] || { answer "heard $1" - '' && return; }
  while :; do
    received=$(ip -s link show dev "$1" 2>/dev/null | awk '/RX:/ { getline; print $2; exit }')
    [ "${received:-0}" -eq 0 ] || { answer "heard $1" 0 '' && return; }
    [ "$SECONDS" -lt "$deadline" ] || { answer "heard $1" 1 '' && return; }
    sleep 0.1
  done
}

question() { # KIND NAME...
  case $1 in
  forwarding) ask forwarding sysctl -n net.ipv4.ip_forward ;;
  addresses) ask "$*" ip -o -4 addr show dev "$2" ;;
  link) ask "$*" ip -o link show dev "$2" ;;
  port) ask "$*" "${ovs[@]}" ovs-vsctl get Interface "$2" ofport ;;
  tunnel) tunnel "$2" ;;
  route) ask "$*" ip -4 route show "$2" ;;
  input) input "$2" ;;
  nat) nat "$2" ;;
  report) observe_report ;;
  claims) claimed ;;
  pods) dump && answer pods 0 "$(pods | grouped)" ;;
  flows) interesting "$2" "$3" ;;
  vip) vip "$2" "$3" ;;
  await) await "$2" ;;
  trace) trace "$2" "$3" ;;
  heard) heard "$2" ;;
  # A standby's packets leave by no way, and no error says so (LX-9): it is not asked.
  ping) if [ "$has_tunnel" != no ] && [ "$standby" = no ]; then ask "$*" ping -c 3 -i 0.2 -W 1 "$2"; else answer "$*" - ''; fi ;;
  *) fail "$UNFIT" "unknown question: $*" ;;
  esac
}

has_tunnel=unasked standby=no
enter node "$SSM_Fence" -
answer_all
