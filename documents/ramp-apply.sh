# Carries out operations on a ramp node, in the order given. Values are the commands' own words (lib/tunnel/ramp, lib/tunnel/sdn).
need SSM_Digest SSM_Operations

expect() { # FROM COMMAND...: another may have changed the object since it was looked at
  printing && return
  local from=$1
  shift
  consult "$@"
  in_words "$said"
  case ${words/ scope link / } in *" $from "*) ;; *) fail "$CHANGED" "\"$*\" no longer shows \"$from\", as it did when the plan was made: $(its_words)" ;; esac
}

# Exclusively, so that the CNI and we cannot take the same address; and whole or not at all, since a file without our mark would be a reservation
# for ever: on the disk beside it (a power cut empties a file that is not), then linked. Then a look whether a Pod already had it without a claim.
claim() { # ADDRESS
  local draft=$claims/.$mark
  if printing; then
    printf 'cd %s && echo %s > .%s && ln .%s %s && rm .%s\n' "$claims" "$mark" "$mark" "$mark" "$1" "$mark"
    return
  fi
  if ! { mkdir -p "$claims" && dd of="$draft" conv=fsync <<<"$mark" && holds_mark "$draft"; } 2>/dev/null; then
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

set_report() { # VALUE: `mark M interface I source S cookie C address A`; after `stopped`: there, but not running
  local value=$1
  set -- ${value#stopped }
  install_report "$2 $4 $6 $8 ${10}"
  case $value in 'stopped '*) run systemctl disable --now "$unit" ;; esac
}

# A name may have a dot in it: so slashes and no dots.
forward() { # DEVICE on|off, or `not` and what it is
  local bit=0
  case $2 in on | 'not off') bit=1 ;; esac
  run sysctl -w "net/ipv4/conf/$1/forwarding=$bit"
}

carry_out() { # VERB KIND NAME FROM TO
  local verb=$1 kind=$2 name=$3 from=$4 to=$5
  case $kind in flow) flow "$verb" "$name" "$from" "$to" && return ;; esac
  send_bundle
  case "$verb $kind $to" in
  'create input ahead') input_rule "$name" && run iptables -w -I INPUT 1 "${rule[@]}" ;;
  'modify input ahead') input_rule "$name" && bring_ahead ;;
  'create input behind') input_rule "$name" && run iptables -w -A INPUT "${rule[@]}" ;;
  'modify input behind') input_rule "$name" && run iptables -w -D INPUT "${rule[@]}" ;;
  'delete input '*) input_rule "$name" && remove_all ;;
  'create tunnel '*) run ip tunnel add "$name" mode "$mode" $to ;;
  'modify tunnel '*) expect "$from" ip -o tunnel show "$name" && run ip tunnel change "$name" mode "$mode" $to ;;
  'delete tunnel '*) expect "$from" ip -o tunnel show "$name" && run ip tunnel del "$name" ;;
  'create link '*) run ip link set "$name" up ;;
  'delete link '*) run ip link set "$name" down ;;
  'create forwarding '* | 'modify forwarding '*) forward "$name" "$to" ;;
  'delete forwarding '*) forward "$name" "not $from" ;;
  'create address '*) run ip addr add ${name#* }${to/#peer/ peer} dev "${name%% *}" ;;
  'delete address '*) run ip addr del ${name#* }${from/#peer/ peer} dev "${name%% *}" ;;
  'create route '*) run ip route add "$name/32" $to ;;
  'modify route '*) expect "$from" ip -4 route show "$name" && run ip route replace "$name/32" $to ;;
  'delete route '*) run ip route del "$name/32" $from ;;
  'create claim '*) claim "$name" ;;
  'delete claim '*) unclaim "$name" ;;
  'create nat '*) nat_rule "$name" $to && run iptables -w -t nat -I POSTROUTING 1 "${rule[@]}" ;;
  'modify nat '*)
    nat_rule "$name" $to && run iptables -w -t nat -I POSTROUTING 1 "${rule[@]}"
    nat_rule "$name" $from && run iptables -w -t nat -D POSTROUTING "${rule[@]}"
    ;;
  'delete nat '*) nat_rule "$name" $from && run iptables -w -t nat -D POSTROUTING "${rule[@]}" ;;
  'create report '* | 'modify report '*) set_report "$to" ;;
  'delete report '*) remove_report ;;
  *) fail "$UNFIT" "unknown operation: $verb $kind" ;;
  esac
}

# One copy of the rule at the head. Of those further down, which do no harm, the last one stays: so the way back is to take the first one away.
bring_ahead() {
  local copies=1
  if ! printing; then
    consult iptables -w -S INPUT
    copies=$(grep -Ec -- "-s +${rule[3]}/32 .* --comment +\"?$mark\"? " <<<"$said")
  fi
  while [ "$copies" -gt 1 ]; do
    run iptables -w -D INPUT "${rule[@]}"
    copies=$((copies - 1))
  done
  run iptables -w -I INPUT 1 "${rule[@]}"
}

remove_all() { # every copy of the rule
  run iptables -w -D INPUT "${rule[@]}"
  ! printing || return 0
  while consult iptables -w -C INPUT "${rule[@]}" && [ "$code" -eq 0 ]; do
    run iptables -w -D INPUT "${rule[@]}"
  done
}

enter node "$SSM_Fence" "$SSM_Digest"
carry_out_all
send_bundle
printf 'carried out %s\n' "${#operations[@]}"
