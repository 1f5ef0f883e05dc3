# Answers questions about BIG-IP; changes nothing.
need SSM_Questions

# Only routes that could have to do with a cluster network: a busy BIG-IP has thousands, and 24,000 characters come back.
routes() { # PREFIX: the first octet of a cluster network and a dot
  local said code
  said=$(tmsh_say list net route one-line)
  code=$?
  [ "$code" -lt "$UNFIT" ] || exit "$code"
  [ "$code" -ne 0 ] || said=$(grep -F -e "network $1" -e "net route $1" <<<"$said")
  answer "routes $1" "$code" "$said"
}

# Under whatever name: what there is already of what may be there once only.
twins() { # QUESTION CLASS PROPERTY...: those objects that have each of these
  local question=$1 class=$2 said code each
  shift 2
  said=$(tmsh_say list net $class one-line)
  code=$?
  [ "$code" -lt "$UNFIT" ] || exit "$code"
  for each in "$@"; do [ "$code" -ne 0 ] || said=$(grep -F -e " $each" <<<"$said"); done
  answer "$question" "$code" "$said"
}

# A virtual IP needs some seconds until keepalived has put it on a node for the first time: so long, at most, its answer is waited for.
await() { # ADDRESS
  local deadline=$((SECONDS + 15)) said code
  until
    said=$(tmsh_say run util ping -c 1 -W 1 "$1")
    code=$?
    [ "$code" -lt "$UNFIT" ] || exit "$code"
    grep -Eq '[1-9][0-9]* (packets )?received' <<<"$said"
  do
    [ "$SECONDS" -lt "$deadline" ] || { answer "await $1" 1 '' && return; }
    sleep 0.2
  done
  answer "await $1" 0 ''
}

question() { # KIND NAME
  case $1 in
  tunnel)
    tmsh_ask "$*" list net tunnels tunnel "$2"
    case $answers in *$'\n=0\n') has_tunnel=yes ;; *) [ "$has_tunnel" = yes ] || has_tunnel=no ;; esac
    ;;
  self) tmsh_ask "$*" list net self "$2" ;;
  tunnels) twins "$*" 'tunnels tunnel' "local-address $2 " "remote-address $3 " ;;
  selfs) twins "$*" self "address $2/" ;;
  routes) routes "$2" ;;
  snatpool) tmsh_ask "$*" list ltm snatpool "$2" ;;
  virtual) tmsh_ask "$*" list ltm virtual "$2" source-address-translation ;;
  saved) answer saved 0 "$(cat "$state/$SSM_Tunnel.$SSM_Management.saved" 2>/dev/null)" ;;
  group) tmsh_ask "$*" show cm "$2" ;;
  await) await "$2" ;;
  # Without a tunnel a ping would leave by the default route, to whoever has that address.
  ping) if [ "$has_tunnel" != no ]; then tmsh_ask "$*" run util ping -c 3 -i 0.2 -W 1 "$2"; else answer "$*" - ''; fi ;;
  *) fail "$UNFIT" "unknown question: $*" ;;
  esac
}

has_tunnel=unasked
enter "$SSM_Management" "$SSM_Fence" -
open_session
IFS='|' read -r -a questions <<<"$SSM_Questions"
for each in "${questions[@]}"; do
  question $each
done
finish
