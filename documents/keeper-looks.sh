# What a look of the keeper asks, and what it makes of the answers (keeper.sh): each object of the goal is there, missing, changed, or could not be asked.
# What a look finds: the objects to put back, in order; of them in words what keeps the tunnel from carrying, and what does not; what is not as it
# was left; what could not be asked, and whether that is br0.
missing=() broken='' absent='' changed='' unknown='' silent=''
is_missing() { # WHAT: of an object that packets need
  missing+=("$object") broken+=${broken:+, }$1
}
is_absent() { # WHAT: of one that they do without, for a while
  missing+=("$object") absent+=${absent:+, }$1
}
is_changed() { changed+=${changed:+, }$1; }
is_unknown() { # COMMAND: answered in words that are not understood, or not at all
  unknown+="${unknown:+, }$1 answered (exit code $code): $(brief "$complaint${said:+ }$said")"
}

# By capture_unlimited, and so with half the processes, the kernel is asked by ip and sysctl: it answers at once, and where it waits for its own lock no
# signal would end them.
link_words='' has_link=
device() { # NAME: its link in link_words; has_link is yes, no or unknown
  capture_unlimited ip -o link show dev "$1"
  link_words=$said
  case $code:$said$complaint in
  0:*'<'*'>'*) has_link=yes ;;
  *'does not exist'*) has_link=no ;;
  *) has_link=unknown ;;
  esac
}

tunnel() { # NAME VALUE
  device "$1"
  case $has_link in
  no) is_missing "$1 is not there" && return ;;
  unknown) is_unknown "ip link show dev $1" && return ;;
  esac
  capture_unlimited ip -o tunnel show "$1"
  in_words "$said"
  case $code:$words in
  0:*" $shown $2 "*) ;;
  0:*" $shown "*) is_changed "$1 is another tunnel" ;;
  0:' '*) is_changed "$1 is another device" ;;
  *) is_unknown "ip tunnel show $1" ;;
  esac
}

link() { # of the device that was just looked at
  case $has_link:$link_words in
  yes:*[,\<]UP[,\>]*) ;;
  yes:*) is_missing "$1 is down" ;;
  no:*) missing+=("$object") ;;
  esac
}

forwarding() { # DEVICE on|off
  capture_unlimited sysctl -n "net/ipv4/conf/$1/forwarding"
  case $has_link:$code:${said//[[:space:]]/}:$2 in
  no:*) missing+=("$object") ;;
  *:0:1:on | *:0:0:off) ;;
  *:0:[01]:*) is_missing "$1 does not forward as it should" ;;
  *) is_unknown "sysctl net.ipv4.conf.$1.forwarding" ;;
  esac
}

# Every IPv4 address of the node, asked once a look.
everywhere='' everywhere_code=''
ask_addresses() {
  [ -z "$everywhere_code" ] || return 0
  capture_unlimited ip -o -4 addr show
  in_words "$said"
  everywhere=$words everywhere_code=$code
}

address() { # DEVICE ADDRESS FORM
  ask_addresses
  case $everywhere_code:$everywhere in
  0:*" $1 inet $2${3/#peer/ peer} "*) ;;
  0:*" $1 inet $2 "* | 0:*" $1 inet $2/"*) is_changed "$2 is on $1 in another form" ;;
  0:*' inet '*) is_missing "no $2 on $1" ;;
  *) is_unknown 'ip addr show' ;;
  esac
}

route() { # ADDRESS VALUE
  capture_unlimited ip -4 route show "$1"
  in_words "$said"
  case $code:${words/ scope link / } in
  0:'  ' | 0:' ' | 0:) is_missing "no route to $1" ;;
  0:*" $2 "*) ;;
  0:*) is_changed "the route to $1 leads elsewhere" ;;
  *) is_unknown "ip route show $1" ;;
  esac
}

claimed() { # ADDRESS
  if [ ! -e "$claims/$1" ]; then
    is_absent "$1 is not reserved"
  elif ! holds_mark "$claims/$1"; then
    is_changed "$1 is reserved by another"
  fi
}

# Whether the rule in $rule is positively not there; exit code 1 is more than that.
lacks_rule() { # -C CHAIN, after the table
  capture iptables -w "$@" "${rule[@]}"
  case $code:$complaint$said in
  1:*'Bad rule'* | 1:*'No chain/target/match'*) return 0 ;;
  0:*) ;;
  *) is_unknown "iptables $*" ;;
  esac
  return 1
}

# The node's own address on a device, in own, as a run takes it: the first address of its subnet, else the first one that has a subnet.
own=''
own_address() { # DEVICE
  local rest address length host form=' inet (([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+))/([0-9]+) (.*)'
  own=''
  ask_addresses
  rest=$everywhere
  while [[ $rest =~ \ "$1"$form ]]; do
    address=${BASH_REMATCH[1]} length=${BASH_REMATCH[6]}
    host=$(((BASH_REMATCH[2] << 24 | BASH_REMATCH[3] << 16 | BASH_REMATCH[4] << 8 | BASH_REMATCH[5]) & ((1 << (32 - length)) - 1)))
    rest=" ${BASH_REMATCH[7]}"
    [ "$length" -eq 32 ] || own=${own:-$address}
    [ "$host" -ne 1 ] || own=$address rest=''
  done
  [ -n "$own" ]
}

# Where a rule stands that names another address or device, a second one beside it would stay for ever: a run changes it.
translation() { # SOURCE to ADDRESS|[address] [dev DEVICE]
  own=$3
  if [ "$3" = '[address]' ]; then
    own_address "${5-tun0}" || { silent=yes unknown+="${unknown:+, }${5-tun0} has no address of a subnet" && return; }
    object=${object/'[address]'/$own}
  fi
  nat_rule "$1" to "$own" ${4+"$4" "$5"}
  lacks_rule -t nat -C POSTROUTING || return 0
  capture iptables -w -t nat -S POSTROUTING
  if [ "$code" -ne 0 ]; then
    is_unknown 'iptables -t nat -S POSTROUTING'
  elif [[ $newline$said =~ $newline"-A POSTROUTING -s $1/32 "[^$newline]*[\ \"]"$mark"[\ \"] ]]; then
    is_changed "the rule of nat for $1 names another address or device"
  else
    is_missing "no rule of nat for $1"
  fi
}

# The flows are counted by their cookie. Only when some are missing is it asked which, and whether the bridge is the one that they were made for.
# Where some are told to be gone, that is asked at once.
flows=() flow_text=''
judge_flows() { # [told]
  local line key lost=0 text=$newline cookie=${flows[0]##*%}
  cookie=${cookie%% *}
  find_ovs
  [ -n "${1-}" ] || counts_fewer "$cookie" || return 0
  silent=yes
  fill_slots || return 0
  capture "${ovs[@]}" ovs-ofctl -O OpenFlow13 diff-flows br0 /dev/stdin <<<"$flow_text$filled_landmarks"
  if [ "$code" -ne 0 ] && [ "$code" -ne 2 ]; then
    is_unknown 'ovs-ofctl diff-flows br0'
    return
  fi
  silent=''
  while IFS= read -r line; do
    in_words "$line"
    text+=${words# }$newline
  done <<<"$said"
  while IFS= read -r line; do
    key=${line#+}
    key=${key%% actions=*}
    case $line in
    +*" $cookie "*)
      lost=$((lost + 1))
      key=${key%" $cookie"}
      case $text in *"$newline-$key "*) is_changed "the flow $key of br0 does something else" ;; esac
      ;;
    +*) unknown+="${unknown:+, }br0 has no $key as it was: the SDN makes it, or is of another release" ;;
    esac
  done <<<"$text"
  if [ -n "${1-}" ]; then
    [ "$lost" -gt 0 ] || return 0
    lack_flows "$lost"
  fi
  missing+=("${flows[@]}")
}

counts_fewer() { # COOKIE: true where br0 has fewer of them
  capture "${ovs[@]}" ovs-ofctl -O OpenFlow13 dump-aggregate br0 "$1/-1"
  if [ "$code" -ne 0 ] || ! [[ $said =~ flow_count=([0-9]+) ]]; then
    silent=yes
    is_unknown 'ovs-ofctl dump-aggregate br0'
    return 1
  fi
  [ "${BASH_REMATCH[1]}" -lt "${#flows[@]}" ] || return 1
  lack_flows $((${#flows[@]} - BASH_REMATCH[1]))
}

lack_flows() { # COUNT
  broken+="${broken:+, }$1 of ${#flows[@]} flows are not in br0"
}

# tun0 has another port and another MAC address in each bridge that the SDN makes.
fill_slots() {
  local port mac
  capture "${ovs[@]}" ovs-vsctl get Interface tun0 ofport
  port=${said##*"$newline"}
  port=${port//[[:space:]]/}
  [[ $code:$port =~ ^0:[0-9]+$ ]] || { is_unknown 'ovs-vsctl get Interface tun0 ofport' && return 1; }
  capture_unlimited ip -o link show dev tun0
  in_words "$said"
  [[ $code:$words =~ ^0:.*\ link/ether\ ([0-9a-f:]{17})\  ]] || { is_unknown 'ip link show dev tun0' && return 1; }
  mac=${BASH_REMATCH[1]}
  flow_text='' filled_landmarks=${landmarks//\[port\]/$port}
  local each i
  for i in "${!flows[@]}"; do
    each=${flows[i]//\[port\]/$port}
    flows[i]=${each//\[mac\]/$mac}
    each=${flows[i]#flow }
    local value=${each#*%}
    flow_text+="${value%% *},${each%%%*},${value#* }$newline"
  done
}

examine() { # [flows]: only the flows, of which some are told to be gone, and that their source address is reserved
  missing=() broken='' absent='' changed='' unknown='' silent='' everywhere_code='' flows=()
  local only=${1-} name value
  for object in "${objects[@]}"; do
    name=${object%%%*} value=${object#*%}
    case $only:$name in :* | flows:'flow '* | flows:'claim '*) ;; *) continue ;; esac
    set -- ${name#* }
    case $name in
    'tunnel '*) tunnel "$1" "$value" ;;
    'link '*) link "$1" ;;
    'forwarding '*) forwarding "$1" "$value" ;;
    'address '*) address "$1" "$2" "$value" ;;
    'route '*) route "$1" "$value" ;;
    'claim '*) claimed "$1" ;;
    'input '*) input_rule "$1" && lacks_rule -C INPUT && is_absent "no rule of INPUT for $1" ;;
    'nat '*) translation "$1" $value ;;
    'flow '*) flows+=("$object") ;;
    *) is_changed "its goal has $name, which this keeper does not know" ;;
    esac
  done
  [ "${#flows[@]}" -eq 0 ] || judge_flows ${only:+told}
}
