# Carries out operations on BIG-IP, in the order given. Values are tmsh's own words, immutable properties first (lib/tunnel/bigip).

need SSM_Digest SSM_Operations SSM_Saved

words() { # VALUE: in phrase, as tmsh reads it; %20 is a blank, a description with a blank needs quotes, and other objects are named with their folder
  local word before='' path
  phrase=''
  for word in $1; do
    case $before in vlan | interface | pool | traffic-group) full "$word" && word=$path ;; esac
    before=$word
    case $word in *%20*) word="\"${word//%20/ }\"" ;; esac
    phrase+="${word//%25/%} "
  done
  phrase=${phrase% }
}

members() { # HOW VALUE: `members A,B description D`, in phrase
  local rest=${2#members * } list=${2#members }
  list=${list%% *}
  words "$rest"
  phrase="members $1 { ${list//,/ } } $phrase"
}

# Another may have changed an object since it was looked at; and what tmsh lists must be that very object.
expect() { # VALUE CLASS... PATH
  printing && return
  tmsh_say list "${@:2}"
  refuse_unless "$1" "${*:2}"
}

refuse_unless() { # VALUE OBJECT [SINCE]: so is what was heard of it
  local value=${1//%20/ } since=${3-when the plan was made}
  value=${value//%25/%}
  [ "$code" -eq 0 ] || fail "$CHANGED" "$2 is gone; it was \"$value\" $since: $(its_words)"
  if ! holds "$1" "$said" || [ "$object" != "${2/ \/Common\// }" ]; then
    fail "$CHANGED" "$2 is no longer \"$value\", as it was $since: $(brief "$said")"
  fi
}

# Before a unit of a pair saves: one that has restarted has its older configuration again, and would save that.
still_stands() { # VALUE OBJECT LINE; value `-`: it is deleted
  printing && return
  tmsh_say "$3"
  if [ "$1" != - ]; then
    refuse_unless "$1" "$2" 'before this unit was to save it (has the unit restarted?)'
  elif [ "$code" -eq 0 ]; then
    fail "$CHANGED" "$2 is back, and was deleted before this unit was to save that (has the unit restarted?): $(brief "$said")"
  else
    case $complaint$said in
    '' | *01020036:*) ;; # there is no such object (BIP-1)
    *) fail "$CHANGED" "does not say whether $2 is deleted, which this unit was to save (has the unit restarted?): $(its_words)" ;;
    esac
  fi
}

# What the saved configuration holds.
in_doubt=0000000000000000
remember_saved() { # DIGEST
  printing && return
  printf '%s\n' "$1" >"$state/$SSM_Tunnel.$SSM_Management.saved" || fail "$UNFIT" "cannot write to $state"
}

# Saving saves the other tunnels' objects too, half-built ones as well: what they remember is no longer true, and is emptied.
forget_others() {
  ! printing || return 0
  local file
  set +f
  for file in "$state"/*."$SSM_Management".saved; do
    if [ ! -e "$file" ] || [[ ${file##*/} == "$SSM_Tunnel".* ]]; then continue; fi
    : >"$file" || fail "$UNFIT" "cannot write to $state"
  done
  set -f
}

# A save that fails may have saved or not: then nothing counts as saved, and whoever comes next saves again.
save() { # DIGEST: of what is saved
  remember_saved "$in_doubt"
  forget_others
  tmsh_do save sys config
  remember_saved "$1"
}

# All virtual servers switch in one transaction, and are read back. What shall carry their traffic is looked at together with them: nothing else
# looks at it between the proof and the traffic.
declare -a virtuals=() carriers=()
switch_virtuals() {
  [ "${#virtuals[@]}" -gt 0 ] || return 0
  local each name from to path transaction='create cli transaction'
  local -a paths=()
  for each in "${virtuals[@]}"; do
    IFS='~' read -r name from to <<<"$each"
    full "$name"
    paths+=("$path")
    words "$to"
    transaction+="; modify ltm virtual $path source-address-translation { $phrase }"
  done
  printing || find_as_planned
  tmsh_do "$transaction; submit cli transaction"
  printing || find_switched
  virtuals=() carriers=()
}

# The next two know what switch_virtuals knows.
find_as_planned() {
  local each line
  local -a lines=()
  for each in ${carriers[@]+"${carriers[@]}"}; do lines+=("list ${each%~*}"); done
  list_virtuals "${paths[@]}"
  tmsh_ask ${lines[@]+"${lines[@]}"} "$line"
  tell_virtuals_apart "${paths[@]}"
  for each in ${carriers[@]+"${carriers[@]}"}; do
    heard "list ${each%~*}"
    refuse_unless "${each#*~}" "${each%~*}"
  done
  for each in "${virtuals[@]}"; do
    IFS='~' read -r name from to <<<"$each"
    full "$name"
    heard_of_virtual
    refuse_unless "$from" "ltm virtual $path"
  done
}

find_switched() {
  local each line
  list_virtuals "${paths[@]}"
  tmsh_ask "$line"
  tell_virtuals_apart "${paths[@]}"
  for each in "${virtuals[@]}"; do
    IFS='~' read -r name from to <<<"$each"
    full "$name"
    heard_of_virtual
    if ! holds "$to" "$said" || [ "$object" != "ltm virtual ${path#/Common/}" ]; then
      fail "$CHANGED" "virtual server $name does not have \"$to\" although the transaction succeeded"
    fi
  done
}

heard_of_virtual() { # with its name, where it was found
  heard "virtual $path"
  case $said in 'ltm virtual {'*) said="ltm virtual ${path#/Common/} ${said#ltm virtual }" ;; esac
}

# Waits until a translation has no connections any more, so many seconds at most, and tells how many are left to be cut. A question that BIG-IP
# does not understand must not keep a tunnel from being removed: connections get their time, and how many are cut is not known.
drain() { # ADDRESS SECONDS
  local question="show ltm snat-translation $1 field-fmt raw" most=$2 first='' now
  local count='(^|[[:space:]])serverside\.cur-conns[[:space:]]+([0-9]{1,9})([[:space:]]|$)'
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
      [[ $said =~ $count ]] && now=${BASH_REMATCH[2]}
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
  local verb=$1 kind=$2 name=$3 from=$4 to=$5 path line
  full "$name"
  case "$verb $kind" in
  'modify virtual') virtuals+=("$name~$from~$to") && return ;;
  'keep tunnel') carriers+=("net tunnels tunnel $path~$from") && return ;;
  'keep self') carriers+=("net self $path~$from") && return ;;
  'keep route') carriers+=("net route $path~$from") && return ;;
  'keep snatpool') carriers+=("ltm snatpool $path~$from") && return ;;
  esac
  switch_virtuals
  case "$verb $kind" in
  'create tunnel') words "$to" && tmsh_do create net tunnels tunnel "$path" "{ $phrase }" ;;
  'modify tunnel')
    to=${to#profile * }
    expect "$from" net tunnels tunnel "$path" && words "${to#traffic-group * }" && tmsh_do modify net tunnels tunnel "$path" "{ $phrase }"
    ;;
  'delete tunnel') expect "$from" net tunnels tunnel "$path" && tmsh_do delete net tunnels tunnel "$path" ;;
  'create self' | 'create unit-self') words "$to" && tmsh_do create net self "$path" "{ $phrase }" ;;
  'modify self' | 'modify unit-self')
    to=${to#address * }
    expect "$from" net self "$path" && words "${to#traffic-group * }" && tmsh_do modify net self "$path" "{ $phrase }"
    ;;
  'delete self' | 'delete unit-self') expect "$from" net self "$path" && tmsh_do delete net self "$path" ;;
  'create route') words "$to" && tmsh_do create net route "$path" "{ $phrase }" ;;
  'modify route') expect "$from" net route "$path" && words "${to#network * }" && tmsh_do modify net route "$path" "{ $phrase }" ;;
  'delete route') expect "$from" net route "$path" && tmsh_do delete net route "$path" ;;
  'create snatpool') members add "$to" && tmsh_do create ltm snatpool "$path" "{ $phrase }" ;;
  'modify snatpool') expect "$from" ltm snatpool "$path" && members replace-all-with "$to" && tmsh_do modify ltm snatpool "$path" "{ $phrase }" ;;
  'delete snatpool') expect "$from" ltm snatpool "$path" && tmsh_do delete ltm snatpool "$path" ;;
  'drain translation') drain "$name" "$to" ;;
  'check group') check_group "$name" "$from" "$to" ;;
  'sync group' | 'create group' | 'modify group') sync_group "$name" ;;
  'stands virtual') list_virtuals "$path" && still_stands "$to" "ltm virtual $path" "$line" ;;
  'stands tunnel') still_stands "$to" "net tunnels tunnel $path" "list net tunnels tunnel $path" ;;
  'stands route' | 'stands self') still_stands "$to" "net $kind $path" "list net $kind $path" ;;
  'stands unit-self') still_stands "$to" "net self $path" "list net self $path" ;;
  'stands snatpool') still_stands "$to" "ltm snatpool $path" "list ltm snatpool $path" ;;
  'create config' | 'modify config') save "$to" ;;
  *) fail "$UNFIT" "unknown operation: $verb $kind" ;;
  esac
}

enter "$SSM_Management" "$SSM_Fence" "$SSM_Digest"
open_session
# Emptied by another's save: what is changed from now on is not what that save held, so nothing counts as saved.
if [ ! -e "$state/$SSM_Tunnel.$SSM_Management.saved" ]; then
  remember_saved "$SSM_Saved"
elif [ ! -s "$state/$SSM_Tunnel.$SSM_Management.saved" ]; then
  remember_saved "$in_doubt"
fi
carry_out_all
switch_virtuals
printf 'carried out %s\n' "${#operations[@]}"
