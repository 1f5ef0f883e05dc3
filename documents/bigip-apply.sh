# Carries out operations on BIG-IP, in the order given. Values are tmsh's own words, immutable properties first (lib/tunnel/bigip/objects.ts).
# After so many seconds of the script waiting ends: the document's own time-out comes at 120 (lib/stack/time-outs.ts).
patience=95

need SSM_Digest SSM_Operations SSM_Saved

words() { # VALUE: as tmsh reads it; %20 is a blank, and a description with a blank needs quotes
  local out='' word
  for word in $1; do
    case $word in *%20*) word="\"${word//%20/ }\"" ;; esac
    out+="${word//%25/%} "
  done
  printf '%s' "${out% }"
}

holds() { # FROM TEXT: every word pair of the expected value stands in what BIG-IP lists
  local from=$1 flat
  flat=" $(tr -s ' \n' ' ' <<<"$2") "
  set -- $from
  while [ $# -ge 2 ]; do
    case $1 in
    members | description | allow-service) ;;
    # A virtual server without source address translation may list none at all (bigip.md 1.5).
    *) case ${flat//\/Common\//} in *" $1 $2 "*) ;; *" $1 "*) return 1 ;; *) [ "$1 $2" = 'type none' ] || return 1 ;; esac ;;
    esac
    shift 2
  done
}

expect() { # FROM LIST...: another may have changed the object since it was looked at
  printing && return
  local from=$1
  shift
  tmsh_say "$@"
  [ "$code" -eq 0 ] || fail "$CHANGED" "$* is gone; it was \"$from\" when the plan was made: $(its_words)"
  holds "$from" "$said" || fail "$CHANGED" "$* is no longer \"$from\", as it was when the plan was made: $(brief "$said")"
}

# What the saved configuration holds. Written before a save: one that fails may have saved all the same, and a restore then saves again.
remember_saved() { # DIGEST
  printing && return
  printf '%s\n' "$1" >"$state/$SSM_Tunnel.$SSM_Management.saved" || fail "$UNFIT" "cannot write to $state"
}

# Saving saves the other tunnels' objects too, half-built ones as well: what they remember is no longer true, and is emptied.
forget_others() {
  ! printing || return 0
  local file
  while IFS= read -r file; do
    : >"$file" || fail "$UNFIT" "cannot write to $state"
  done < <(find "$state" -maxdepth 1 -name "*.$SSM_Management.saved" ! -name "$SSM_Tunnel.*")
}

# All virtual servers switch in one transaction, and are read back.
declare -a virtuals=()
switch_virtuals() {
  [ "${#virtuals[@]}" -gt 0 ] || return 0
  local each name from to line='create cli transaction'
  for each in "${virtuals[@]}"; do
    IFS='~' read -r name from to <<<"$each"
    expect "$from" list ltm virtual "$name" source-address-translation
    line+="; modify ltm virtual $name source-address-translation { $to }"
  done
  tmsh_do "$line; submit cli transaction"
  for each in "${virtuals[@]}"; do
    IFS='~' read -r name from to <<<"$each"
    ! printing || continue
    tmsh_say list ltm virtual "$name" source-address-translation
    holds "$to" "$said" ||
      fail "$CHANGED" "virtual server $name does not have \"$to\" although the transaction succeeded"
  done
  virtuals=()
}

# Waits until a translation has no connections any more, so many seconds at most, and tells how many are left to be cut. A question that BIG-IP
# does not understand must not keep a tunnel from being removed: connections get their time, and how many are cut is not known.
drain() { # ADDRESS SECONDS
  local question="show ltm snat-translation $1 field-fmt raw" most=$2 first='' now
  if printing; then
    printf '%s # every second until serverside.cur-conns is 0, for %s s at most\n' "$question" "$most"
    return
  fi
  printf '> %s\n' "$question"
  [ "$most" -le "$((patience - SECONDS))" ] || most=$((patience - SECONDS))
  [ "$most" -ge 0 ] || most=0
  sleep "$most" >/dev/null 2>&1 9>&- &
  clock=$!
  while true; do
    tmsh_say "$question"
    now=''
    if [ "$code" -eq 0 ]; then
      now=$(sed -n 's/^ *serverside\.cur-conns  *\([0-9]\{1,9\}\) *$/\1/p' <<<"$said" | head -n 1)
    else
      case $complaint$said in *01020036:*) now=0 ;; esac
    fi
    first=${first:-$now}
    if [ "$now" = 0 ] || [ "$most" -eq 0 ] || ! kill -0 "$clock" 2>/dev/null; then break; fi
    sleep 1
  done
  kill "$clock" 2>/dev/null
  wait "$clock" 2>/dev/null
  clock=''
  if [ -n "$now" ]; then
    [ "$first" -ge "$now" ] || first=$now
    printf 'translation %s: drained %s, cut %s within %s s\n' "$1" "$((first - now))" "$now" "$most"
  else
    printf 'translation %s: drained ?, cut ? within %s s\n' "$1" "$most"
  fi
}

carry_out() { # VERB KIND NAME FROM TO
  local verb=$1 kind=$2 name=$3 from=$4 to=$5
  case $kind in virtual) virtuals+=("$name~$from~$to") && return ;; esac
  switch_virtuals
  case "$verb $kind" in
  'create tunnel') tmsh_do create net tunnels tunnel "$name" "{ $(words "$to") }" ;;
  'modify tunnel') expect "$from" list net tunnels tunnel "$name" && tmsh_do modify net tunnels tunnel "$name" "{ $(words "${to#profile * }") }" ;;
  'delete tunnel') expect "$from" list net tunnels tunnel "$name" && tmsh_do delete net tunnels tunnel "$name" ;;
  'create self') tmsh_do create net self "$name" "{ $(words "$to") }" ;;
  'modify self') expect "$from" list net self "$name" && tmsh_do modify net self "$name" "{ $(words "${to#address * }") }" ;;
  'delete self') expect "$from" list net self "$name" && tmsh_do delete net self "$name" ;;
  'create route') tmsh_do create net route "$name" "{ $(words "$to") }" ;;
  'modify route') expect "$from" list net route "$name" && tmsh_do modify net route "$name" "{ $(words "${to#network * }") }" ;;
  'delete route') expect "$from" list net route "$name" && tmsh_do delete net route "$name" ;;
  'create snatpool') tmsh_do create ltm snatpool "$name" "{ $(members add "$to") }" ;;
  'modify snatpool') expect "$from" list ltm snatpool "$name" && tmsh_do modify ltm snatpool "$name" "{ $(members replace-all-with "$to") }" ;;
  'delete snatpool') expect "$from" list ltm snatpool "$name" && tmsh_do delete ltm snatpool "$name" ;;
  'drain translation') drain "$name" "$to" ;;
  'create config' | 'modify config') remember_saved "$to" && forget_others && tmsh_do save sys config ;;
  *) fail "$UNFIT" "unknown operation: $verb $kind" ;;
  esac
}

members() { # HOW VALUE: `members A,B description D`
  local rest=${2#members * } list=${2#members }
  list=${list%% *}
  printf 'members %s { %s } %s' "$1" "${list//,/ }" "$(words "$rest")"
}

enter "$SSM_Management" "$SSM_Fence" "$SSM_Digest"
open_session
# Emptied by another's save: what is changed from now on is not what that save held, so nothing counts as saved.
if [ ! -e "$state/$SSM_Tunnel.$SSM_Management.saved" ]; then
  remember_saved "$SSM_Saved"
elif [ ! -s "$state/$SSM_Tunnel.$SSM_Management.saved" ]; then
  remember_saved 0000000000000000
fi
carry_out_all
switch_virtuals
printf 'carried out %s\n' "${#operations[@]}"
