# Carries out operations on a ramp node, in the order given. Values are the commands' own words (lib/tunnel/ramp, lib/tunnel/sdn).
need SSM_Tunnel SSM_Fence SSM_Digest SSM_Operations

expect() { # FROM COMMAND...: another may have changed the object since it was looked at
  printing && return
  local from=$1
  shift
  consult "$@"
  in_words "$said"
  case ${words/ scope link / } in *" $from "*) ;; *) fail "$CHANGED" "\"$*\" no longer shows \"$from\", as it did when the plan was made: $(its_words)" ;; esac
}

set_keeper() { # GOAL, its lines joined by @; after `stopped`: there, but not running
  install_keeper "${1#stopped }"
  case $1 in 'stopped '*) run systemctl stop "$unit" && run systemctl disable "$unit" ;; esac
}

# Whether the keeper rests, UNTIL in seconds since the epoch. ORDER is that of the writes to the tunnel's item: of two commands that come the other way
# round, the later write counts. So the file stays when the keeper goes, as the fence does.
tell_keeper() { # ORDER paused|resumed UNTIL|- SINCE|-
  local file=$state/$SSM_Tunnel.pause order=0
  printing && printf '%s\n' "echo $* > $file" && return
  { read -r order _ <"$file"; } 2>/dev/null
  [[ $order =~ ^[0-9]{1,15}$ ]] && [ "$1" -lt "$order" ] && return
  keep_fence "$file" "$*" || fail "$UNFIT" "cannot write $file: is its file system full?"
  [ ! -e "$unit_file" ] || is_current || fail "$UNFIT" "the keeper here is of another version, which may know of no pause: apply the tunnel"
}

carry_out() { # VERB KIND NAME FROM TO
  local verb=$1 kind=$2 name=$3 from=$4 to=$5
  case $kind in flow) flow "$verb" "$name" "$from" "$to" && return ;; esac
  send_bundle
  case "$verb $kind $to" in
  'modify input ahead') input_rule "$name" && bring_ahead ;;
  'create input behind') input_rule "$name" && run iptables -w -A INPUT "${rule[@]}" ;;
  'modify input behind') input_rule "$name" && run iptables -w -D INPUT "${rule[@]}" ;;
  'delete input '*) input_rule "$name" && remove_all ;;
  'modify tunnel '*) expect "$from" ip -o tunnel show "$name" && run ip tunnel change "$name" mode "$mode" $to ;;
  'delete tunnel '*) expect "$from" ip -o tunnel show "$name" && run ip tunnel del "$name" ;;
  'delete link '*) run ip link set "$name" down ;;
  'modify forwarding '*) forward "$name" "$to" ;;
  'delete forwarding '*) forward "$name" "not $from" ;;
  'delete address '*) run ip addr del ${name#* }${from/#peer/ peer} dev "${name%% *}" ;;
  'modify route '*) expect "$from" ip -4 route show "$name" && run ip route replace "$name/32" $to ;;
  'delete route '*) run ip route del "$name/32" $from ;;
  'delete claim '*) unclaim "$name" ;;
  'modify nat '*)
    nat_rule "$name" $to && run iptables -w -t nat -I POSTROUTING 1 "${rule[@]}"
    nat_rule "$name" $from && run iptables -w -t nat -D POSTROUTING "${rule[@]}"
    ;;
  'delete nat '*) nat_rule "$name" $from && run iptables -w -t nat -D POSTROUTING "${rule[@]}" ;;
  'create keeper '* | 'modify keeper '*) set_keeper "$to" ;;
  'delete keeper '*) remove_keeper ;;
  'modify pause '*) tell_keeper $to ;;
  'create '*) make "$kind" "$name" "$to" ;;
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
