# Answers questions about BIG-IP; changes nothing.
need SSM_Questions

# Only routes to a cluster network, those within it, and, once, those by our tunnel: a busy BIG-IP has thousands, and 24,000 characters come back. Of
# those within it, which bypass the tunnel, five are named, and `more N` says how many others there are; those of another route domain bypass nothing.
# The first line that is no route is handed on: what is left must not pass for the whole answer.
routes() { # NETWORK TUNNEL
  local once=0
  heard 'list net route one-line'
  case $told_tunnels in *" $2 "*) once=1 ;; esac
  told_tunnels+="$2 "
  [ "$code" -ne 0 ] || said=$(awk -v network="$1" -v tunnel="$2" -v once="$once" '
    function within(address, bits,   part) {
      if (split(address, part, ".") != 4 || bits < wide) return 0
      return int((((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4]) / 2 ^ (32 - wide)) == first
    }
    BEGIN { split(network, part, "[./]"); wide = part[5]
      first = int((((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4]) / 2 ^ (32 - wide)) }
    { flat = $0; gsub(/[ \t]+/, " ", flat); sub(/^ /, "", flat); split(flat, word, " ") }
    word[1] " " word[2] != "net route" { if (flat != "" && !foreign++) print; next }
    { to = match(flat, / network [^ ]+ /) ? substr(flat, RSTART + 9, RLENGTH - 10) : word[3]
      sub(".*/Common/", "", to); elsewhere = to ~ /%/ && to !~ /%0(\/|$)/; sub(/%[0-9]+/, "", to); split(to, parts, "/")
      ours = index(flat, " interface " tunnel " ") || index(flat, " interface /Common/" tunnel " ") }
    elsewhere && !ours { next }
    ours || to == network { if (to == network || !once) print; next }
    within(parts[1], parts[2] == "" ? 32 : parts[2]) && ++inside <= 5 { print }
    END { if (inside > 5) print "more " inside - 5 }' <<<"$said")
  answer "routes $1 $2" "$code" "$said" "$complaint"
}

# Under whatever name: what there is already of what may be there once only; and what is no such object, as above.
twins() { # QUESTION CLASS PROPERTY...: those objects that have each of these
  local question=$1 class=$2 line each kept=''
  local -a flat
  shift 2
  heard "list net $class one-line"
  if [ "$code" -eq 0 ]; then
    while IFS= read -r line; do
      read -r -a flat <<<"$line"
      case " ${flat[*]-} " in
      " net $class "*) for each in "$@"; do case " ${flat[*]} " in *" $each"*) ;; *) continue 2 ;; esac; done ;;
      esac
      kept+=$line$newline
    done <<<"$said"
    said=${kept%"$newline"}
  fi
  answer "$question" "$code" "$said" "$complaint"
}

# The self IPs on the VLAN of the one with an address, itself among them.
beside() { # ADDRESS
  local vlan
  heard 'list net self one-line'
  vlan=$(awk -v address="$1/" '
    { $1 = $1 } # one blank between words
    index($0, " address " address) { n = split($0, behind, " vlan "); split(behind[n], word, " "); print word[1]; exit }' <<<"$said")
  twins "beside $1" self "vlan ${vlan:-?} "
}

# The virtual servers that name a SNAT pool, of the thousands that there may be; and what is no virtual server, as above.
users() { # POOL
  heard "$all_virtuals"
  [ "$code" -ne 0 ] || said=$(awk -v pool="$1" '
    { for (i = 1; i <= NF; i++) {
        if ($i == pool || $i == "/Common/" pool) ours = 1
        text = text " " $i; depth += ($i == "{") - ($i == "}")
        if ($i == "}" && depth == 0) { if (ours || text !~ /^ ltm virtual /) print substr(text, 2); text = ""; ours = 0 }
      } }
    END { if (text != "") print substr(text, 2) }' <<<"$said")
  answer "users $1" "$code" "$said" "$complaint"
}

# Of each device what tells who is who: with its keys and its modules a single one may have 6,000 characters.
devices() {
  local each name kept=''
  heard 'list cm device one-line'
  if [ "$code" -eq 0 ]; then
    while IFS= read -r each; do
      if read_object "$each"; then
        each="$object {"
        for name in management-ip version self-device; do
          [ -z "${property[$name]-}" ] || each+=" $name ${property[$name]}"
        done
        each+=' }'
      fi
      kept+=$each$newline
    done <<<"$said"
    said=${kept%"$newline"}
  fi
  answer devices "$code" "$said" "$complaint"
}

# A virtual server's destination is the name of its virtual address and a port (BIP-49). Of the thousands that there may be those are listed, by one
# command; a virtual server without such a destination is handed on instead.
list_addresses() { # in addresses and homeless
  local path to
  for path in ${virtuals[@]+"${virtuals[@]}"}; do
    heard "virtual $path"
    [ "$code" -eq 0 ] || continue # its own question says why
    to=''
    if read_object "$said"; then to=${property[destination]-} to=${to//%25/%}; fi
    case $to in
    *:*:*.*) full "${to%.*}" ;;
    *?:*) full "${to%:*}" ;;
    *) homeless+="ltm virtual $path { }$newline" && continue ;;
    esac
    case " ${addresses[*]-} " in *" $path "*) ;; *) addresses+=("$path") ;; esac
  done
}

# The traffic group of each.
tell_addresses() {
  local homeless='' line words listed=0
  local -a addresses=()
  list_addresses
  code=0 said='' complaint=''
  if [ "${#addresses[@]}" -gt 0 ]; then
    tmsh_say list ltm virtual-address "${addresses[@]}" traffic-group
    # A listing that lacks one must not pass for the whole.
    while IFS= read -r line; do
      in_words "$line"
      case $words in ' ltm virtual-address '*) listed=$((listed + 1)) ;; esac
    done <<<"$said"
    [ "$listed" -eq "${#addresses[@]}" ] || code=1
    said+=$newline
  fi
  said+=$homeless
  answer addresses "$code" "${said%"$newline"}" "$complaint"
}

# A standby unit has no floating address to send from, so nothing comes back to it (BIP-37).
is_standby() {
  local standby='(^|[[:cntrl:]])[[:space:]]*Status[[:space:]]+STANDBY'
  [[ ${told['show cm failover-status']-} =~ $standby ]]
}

# A virtual IP needs some seconds until keepalived has put it on a node for the first time: so long, at most, its answer is waited for.
await() { # ADDRESS
  if is_standby; then answer "await $1" - '' && return; fi
  local deadline=$((SECONDS + 15)) some=' [1-9][0-9]* (packets )?received'
  until
    tmsh_say run util ping -c 1 -W 1 "$1"
    in_words "$said"
    [[ $words =~ $some ]]
  do
    [ "$SECONDS" -lt "$deadline" ] || { answer "await $1" 1 '' && return; }
    sleep 0.2
  done
  answer "await $1" 0 ''
}

# Without a tunnel a ping would leave by the default route, to whoever has that address. A proof does not ask for the tunnel.
pinged() { # QUESTION ADDRESS
  if [ "$has_tunnel" = no ] || is_standby; then answer "$1" - '' && return; fi
  [ "${#pings[@]}" -eq 0 ] || tmsh_ask "${pings[@]}"
  pings=()
  tell "$1" "run util ping -c 3 -i 0.2 -W 1 $2"
}

# What is put to BIG-IP for a question, in line; empty: nothing, or not at once.
line_of() { # KIND NAME
  local path
  full "${2-}"
  case $1 in
  tunnel) line="list net tunnels tunnel $path" ;;
  self | unit-self) line="list net self $path" ;;
  snatpool) line="list ltm snatpool $path" ;;
  tunnels) line='list net tunnels tunnel one-line' ;;
  selfs | beside) line='list net self one-line' ;;
  routes) line='list net route one-line' ;;
  users) line=$all_virtuals ;;
  devices) line='list cm device one-line' ;;
  device-group) line="list cm device-group $path all-properties" ;;
  folder) line='list sys folder /Common all-properties' ;;
  db) line="list sys db $2 value" ;;
  translation) line="list ltm snat-translation $path traffic-group" ;;
  group) line="show cm $2" ;;
  *) line='' ;;
  esac
}

# All that hangs on no other answer is asked together, and once.
ask_all() {
  local -a all lines=()
  local -A known=()
  local words line path
  IFS='|' read -r -a all <<<"$SSM_Questions"
  for words in "${all[@]}"; do
    line_of $words
    if [ -n "$line" ] && [ -z "${known[$line]+asked}" ]; then lines+=("$line") known[$line]=asked; fi
    case $words in
    'virtual '*) full "${words#* }" && virtuals+=("$path") ;;
    addresses) also_listed=' destination' ;;
    'ping '*) pings+=("run util ping -c 3 -i 0.2 -W 1 ${words#* }") ;;
    esac
  done
  [ "${#virtuals[@]}" -eq 0 ] || { list_virtuals "${virtuals[@]}" && lines+=("$line"); }
  [ "${#lines[@]}" -eq 0 ] || tmsh_ask "${lines[@]}"
  [ "${#virtuals[@]}" -eq 0 ] || tell_virtuals_apart "${virtuals[@]}"
}

tell() { # QUESTION LINE
  heard "$2"
  answer "$1" "$code" "$said" "$complaint"
}

question() { # KIND NAME
  local line path saved=''
  line_of "$@"
  case $1 in
  tunnels) twins "$*" 'tunnels tunnel' "local-address $2 " "remote-address $3 " ;;
  selfs) twins "$*" self "address $2/" ;;
  beside) beside "$2" ;;
  routes) routes "$2" "$3" ;;
  users) users "$2" ;;
  virtual) full "$2" && tell "$*" "virtual $path" ;;
  saved)
    { IFS= read -r saved <"$state/$SSM_Tunnel.$SSM_Management.saved"; } 2>/dev/null
    answer saved 0 "$saved"
    ;;
  pending)
    pending_file
    content "$path" 2>/dev/null
    answer pending 0 "$text"
    ;;
  await) await "$2" ;;
  ping) pinged "$*" "$2" ;;
  tunnel)
    tell "$*" "$line"
    if [ "$code" -eq 0 ]; then has_tunnel=yes; elif [ "$has_tunnel" != yes ]; then has_tunnel=no; fi
    ;;
  self | unit-self | snatpool | group | device-group | folder | db | translation) tell "$*" "$line" ;;
  devices) devices ;;
  addresses) tell_addresses ;;
  *) fail "$UNFIT" "unknown question: $*" ;;
  esac
}

has_tunnel=unasked told_tunnels=' ' all_virtuals='list ltm virtual all source-address-translation'
declare -a pings=() virtuals=()
enter "$SSM_Management" "$SSM_Fence" -
open_session
ask_all
answer_all
