# Makes objects on a ramp node: for a run, and for the keeper, which puts back what is missing.

# Exclusively, so that the CNI and we cannot take the same address; and whole or not at all, since a file without our mark would be a reservation
# for ever: on the disk beside it (a power cut empties a file that is not), then linked. Then a look whether a Pod already had it without a claim.
claim() { # ADDRESS
  local draft=$claims/.$mark
  if printing; then
    printf 'cd %s && echo %s > .%s && ln .%s %s && rm .%s\n' "$claims" "$mark" "$mark" "$mark" "$1" "$mark"
    return
  fi
  if ! { { [ -d "$claims" ] || mkdir -p "$claims"; } && dd of="$draft" conv=fsync <<<"$mark" && holds_mark "$draft"; } 2>/dev/null; then
    rm -f "$draft"
    fail "$REFUSED" "cannot write to $claims: is its file system full?"
  fi
  ln "$draft" "$claims/$1" 2>/dev/null || holds_mark "$claims/$1" || {
    rm -f "$draft"
    fail "$CHANGED" "address $1 was given to a Pod or another tunnel meanwhile ($claims/$1 exists)"
  }
  rm -f "$draft"
  capture "${ovs[@]}" ovs-ofctl -O OpenFlow13 dump-flows br0 "ip,nw_dst=$1"
  case $code:$said in
  0:*REG1* | 0:*" table=7,"*)
    unclaim "$1"
    fail "$CHANGED" "a Pod has address $1 although the CNI had no claim on it"
    ;;
  0:*) ;;
  *)
    unclaim "$1"
    fail "$REFUSED" "ovs-ofctl dump-flows br0 ip,nw_dst=$1 answered (exit code $code): $(its_words)"
    ;;
  esac
}

holds_mark() { # FILE
  local line=''
  { IFS= read -r line <"$1"; } 2>/dev/null
  [ "$line" = "$mark" ]
}

unclaim() { # ADDRESS: only our own
  if printing; then
    printf 'rm %s/%s\n' "$claims" "$1"
  elif holds_mark "$claims/$1"; then
    run rm -f "$claims/$1"
  fi
}

# All flows change in one bundle: deleting and then adding loses packets (OS-17).
bundle=
flow() { # VERB MATCH FROM TO: values are `cookie=C actions=A`
  case $1 in
  delete) bundle+="delete_strict ${3%% *}/-1,$2"$'\n' ;;
  *) bundle+="add ${4%% *},$2,${4#* }"$'\n' ;;
  esac
}

send_bundle() {
  [ -n "$bundle" ] || return 0
  if printing; then
    printf '%s\n' "ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<END" "${bundle%$'\n'}" END
  else
    printf '> ovs-ofctl --bundle add-flows br0\n'
    capture "${ovs[@]}" ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<<"${bundle%$'\n'}"
    [ "$code" -ne 124 ] || fail "$SILENT" "ovs-ofctl --bundle add-flows br0 did not end within $limit s"
    [ "$code" -eq 0 ] || fail "$REFUSED" "ovs-ofctl --bundle add-flows br0 answered (exit code $code): $(its_words); the bundle was: $(brief "$bundle")"
  fi
  bundle=
}

# A name may have a dot in it: so slashes and no dots.
forward() { # DEVICE on|off, or `not` and what it is
  local bit=0
  case $2 in on | 'not off') bit=1 ;; esac
  run sysctl -w "net/ipv4/conf/$1/forwarding=$bit"
}

make() { # KIND NAME VALUE: an object that is not there; a flow with the next bundle
  local kind=$1 name=$2 value=$3
  case $kind in
  input) input_rule "$name" && run iptables -w -I INPUT 1 "${rule[@]}" ;;
  tunnel) run ip tunnel add "$name" mode "$mode" $value ;;
  link) run ip link set "$name" up ;;
  forwarding) forward "$name" "$value" ;;
  address) run ip addr add ${name#* }${value/#peer/ peer} dev "${name%% *}" ;;
  route) run ip route add "$name/32" $value ;;
  claim) claim "$name" ;;
  nat) nat_rule "$name" $value && run iptables -w -t nat -I POSTROUTING 1 "${rule[@]}" ;;
  flow) flow create "$name" '' "$value" ;;
  *) fail "$UNFIT" "unknown operation: create $kind" ;;
  esac
}
