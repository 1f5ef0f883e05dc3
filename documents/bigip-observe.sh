# Answers questions about BIG-IP; changes nothing.
need SSM_Questions

# Only routes to a cluster network, those within it, and, once, those by our tunnel: a busy BIG-IP has thousands, and 24,000 characters come back. Of
# those within it, which bypass the tunnel, five are named, and `more N` says how many others there are.
routes() { # NETWORK TUNNEL
  if [ -z "$listed_code" ]; then
    tmsh_say list net route one-line
    listed=$said listed_code=$code listed_complaint=$complaint
  fi
  local said=$listed told=0
  case $told_tunnels in *" $2 "*) told=1 ;; esac
  told_tunnels+="$2 "
  [ "$listed_code" -ne 0 ] || said=$(awk -v network="$1" -v tunnel="$2" -v told="$told" '
    function within(address, bits,   part) {
      if (split(address, part, ".") != 4 || bits < wide) return 0
      return int((((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4]) / 2 ^ (32 - wide)) == first
    }
    BEGIN { split(network, part, "[./]"); wide = part[5]
      first = int((((part[1] * 256 + part[2]) * 256 + part[3]) * 256 + part[4]) / 2 ^ (32 - wide)) }
    !/^net route / { next }
    { to = match($0, / network [^ ]+ /) ? substr($0, RSTART + 9, RLENGTH - 10) : $3
      sub(".*/Common/", "", to); split(to, parts, "/"); sub("%.*", "", parts[1])
      ours = index($0, " interface " tunnel " ") || index($0, " interface /Common/" tunnel " ") }
    ours || to == network { if (to == network || !told) print; next }
    within(parts[1], parts[2] == "" ? 32 : parts[2]) && ++inside <= 5 { print }
    END { if (inside > 5) print "more " inside - 5 }' <<<"$listed")
  answer "routes $1 $2" "$listed_code" "$said" "$listed_complaint"
}

virtual() { # NAME: on one line and without its name, since a tunnel may have 40
  tmsh_say list ltm virtual "$1" source-address-translation
  [ "$code" -ne 0 ] || said=$(tr -s ' \n' ' ' <<<"$said" | sed -e 's/^ltm virtual [^ ]* {/ltm virtual {/' -e 's/ $//')
  answer "virtual $1" "$code" "$said" "$complaint"
}

# Under whatever name: what there is already of what may be there once only.
twins() { # QUESTION CLASS PROPERTY...: those objects that have each of these
  local question=$1 class=$2 each
  shift 2
  tmsh_say list net $class one-line
  for each in "$@"; do [ "$code" -ne 0 ] || said=$(grep -F -e " $each" <<<"$said"); done
  answer "$question" "$code" "$said" "$complaint"
}

# A virtual IP needs some seconds until keepalived has put it on a node for the first time: so long, at most, its answer is waited for.
await() { # ADDRESS
  local deadline=$((SECONDS + 15)) replied='[1-9][0-9]* (packets )?received'
  until tmsh_say run util ping -c 1 -W 1 "$1" && [[ $said =~ $replied ]]; do
    [ "$SECONDS" -lt "$deadline" ] || { answer "await $1" 1 '' && return; }
    sleep 0.2
  done
  answer "await $1" 0 ''
}

question() { # KIND NAME
  case $1 in
  tunnel)
    tmsh_ask "$*" list net tunnels tunnel "$2"
    case $code in 0) has_tunnel=yes ;; *) [ "$has_tunnel" = yes ] || has_tunnel=no ;; esac
    ;;
  self) tmsh_ask "$*" list net self "$2" ;;
  tunnels) twins "$*" 'tunnels tunnel' "local-address $2 " "remote-address $3 " ;;
  selfs) twins "$*" self "address $2/" ;;
  routes) routes "$2" "$3" ;;
  snatpool) tmsh_ask "$*" list ltm snatpool "$2" ;;
  virtual) virtual "$2" ;;
  saved) answer saved 0 "$(cat "$state/$SSM_Tunnel.$SSM_Management.saved" 2>/dev/null)" ;;
  group) tmsh_ask "$*" show cm "$2" ;;
  await) await "$2" ;;
  # Without a tunnel a ping would leave by the default route, to whoever has that address.
  ping) if [ "$has_tunnel" != no ]; then tmsh_ask "$*" run util ping -c 3 -i 0.2 -W 1 "$2"; else answer "$*" - ''; fi ;;
  *) fail "$UNFIT" "unknown question: $*" ;;
  esac
}

has_tunnel=unasked listed='' listed_code='' listed_complaint='' told_tunnels=' '
enter "$SSM_Management" "$SSM_Fence" -
open_session
answer_all
