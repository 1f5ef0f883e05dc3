# Carries out operations on the cluster, in the order given. Values are `is VALUE first CLAIM` for what tunnels share, and the words of
# `oc adm ipfailover` (lib/tunnel/cluster).
need SSM_Digest SSM_Operations

# Seconds: what a removal and a rollout may take, and when waiting ends in any case (the document's own time-out comes at 120).
removal=45 rollout=60 patience=100

change() { # WORDS...: one change
  local each line=''
  printing || { run "${oc[@]}" "$@" && return; }
  for each in "${oc[@]}" "$@"; do
    case $each in '#'*) line+=$each ;; *' '*) line+="\"$each\" " ;; *) line+="$each " ;; esac
  done
  printf '%s\n' "${line% }"
}

word() { # VARIABLE NAME VALUE: what stands behind a word; nothing: there is no such word
  local variable=$1 called=$2
  printf -v "$variable" %s ''
  set -- $3
  while [ $# -ge 2 ]; do
    [ "$1" != "$called" ] || { printf -v "$variable" %s "$2" && return; }
    shift 2
  done
}

changed() { # OBJECT FROM NOW
  fail "$CHANGED" "$1 is \"$3\" now, not \"$2\" as it was when the plan was made"
}

# A shared thing: our claim before the change, the change before the claim goes, so that whatever comes in between, what was there first is known.
# Only a new account cannot be claimed before it is there.
share() { # KIND NAME KEY FROM TO
  local kind=$1 from=$4 to=$5 name now was want had claim theirs
  thing name "$@"
  word was is "$from"
  word want is "$to"
  word had first "$from"
  word claim first "$to"
  was=${was:--} want=${want:--}
  if ! printing; then
    node_now='' # as it is now, whatever an operation before this one changed
    look_at_thing "$@" || fail "$REFUSED" "the cluster would not tell of $kind $2 (exit code $code): $(its_words)"
    value now "$name"
    [ "$now" != "$to" ] || return 0
    others theirs "$name"
    if [ "$from:$now" = "-:is $want" ] && [ -n "$claim" ] && [[ $theirs == *" $claim$newline"* ]]; then
      was=$want # another tunnel has made it since the plan, and found there what we did
    else
      [ "$now" = "$from" ] || changed "$kind $2${3:+ $3}" "$from" "$now"
    fi
    if [ -n "$had" ] && [ -z "$claim" ] && is_ours "$kind $was" && { [ "$want" = "$was" ] || [ "$want" = "$had" ]; }; then
      if used "$@"; then want=$was; else want=$had; fi
    fi
  fi
  [ "$kind $was" != 'account -' ] || make "$kind" "$2" "$3" "$was" "$want"
  [ -z "$claim" ] || [ "$claim" = "$had" ] || claim "$kind" "$2" "$prefix/$SSM_Tunnel.$name=$claim" --overwrite
  [ "$want" = "$was" ] || [ "$kind $was" = 'account -' ] || make "$kind" "$2" "$3" "$was" "$want"
  # With an account its annotations go.
  [ -n "$claim" ] || [ -z "$had" ] || [ "$kind $want" = 'account -' ] || claim "$kind" "$2" "$prefix/$SSM_Tunnel.$name-"
}

is_ours() { # KIND VALUE: whether it is what edge-ramp makes of such a thing
  case $1 in 'label true' | 'scheduling off' | 'account present' | 'scc granted') ;; *) return 1 ;; esac
}

# The last claim to go takes along what was made for it. Which one that is shows when it goes: another tunnel may have come or gone since the plan.
used() { # KIND NAME KEY: by another tunnel, or by an ipfailover object that is no tunnel's
  local name theirs more=''
  thing name "$@"
  others theirs "$name"
  case $1 in account) others more scc ;; scc) others more account ;; esac
  [ -z "$theirs$more" ] || return 0
  [ "$1" != scheduling ] || return 1
  know_failovers
  each_failover uses "$@"
  [ -n "$found" ]
}

uses() { # KIND NAME KEY
  [ -z "$owner" ] || [ "$project" != default ] || return
  case $1 in
  label) case ",$selector," in *",$3=true,"*) may_run && found=yes ;; esac ;;
  *) [ "$project/$account" != "default/$2" ] || found=yes ;;
  esac
}

claim() { # KIND NAME ANNOTATION...
  local kind=$1 name=$2
  shift 2
  case $kind in
  label | scheduling) change annotate node "$name" "$@" ;;
  *) change annotate serviceaccount "$name" -n default "$@" ;;
  esac
}

make() { # KIND NAME KEY WAS VALUE
  local user=system:serviceaccount:default:$2
  case "$1 $5" in
  'label -') change label node "$2" "$3-" ;;
  'label =') change label node "$2" "$3=" --overwrite ;;
  'label '*) change label node "$2" "$3=$5" --overwrite ;;
  'scheduling off') if can_cordon; then change adm cordon "$2"; else change adm manage-node "$2" --schedulable=false; fi ;;
  'scheduling on') if can_cordon; then change adm uncordon "$2"; else change adm manage-node "$2" --schedulable=true; fi ;;
  'account present') change create serviceaccount "$2" -n default ;;
  'account -') change delete serviceaccount "$2" -n default ;;
  'scc granted') change adm policy add-scc-to-user privileged "$user" ;;
  'scc -') change adm policy remove-scc-from-user privileged "$user" ;;
  *) fail "$UNFIT" "unknown value of $1 $2: $5" ;;
  esac
  [ "$1 $4" != 'label true' ] || evict "$2" "$3"
}

can_cordon() {
  printing || offers cordon cordon
}

# A Pod stays on a node that lost the label, and with it the virtual IP; so it is made to move. On a node that is dead it never ends; there it
# keeps nobody from going on, since another one is started as soon as it is to go.
evict() { # NODE KEY
  local each node pod limit=$removal
  if printing; then
    change delete pod -n default POD "# POD: on $1, of each ipfailover object that selects $2=true"
    return
  fi
  know_failovers
  each_failover selecting "$2"
  for each in $found; do
    limit=$removal
    [ "$limit" -le "$((patience - SECONDS))" ] || limit=$((patience - SECONDS))
    [ "$limit" -ge 1 ] || limit=1
    # Not by a field selector: clients before 3.11 cannot delete by one (OS-39).
    look_at '{range .items[*]};pod {.metadata.name} {.spec.nodeName}{end}' get pods -n default -l "ipfailover=$each"
    [ "$code" -eq 0 ] || fail "$REFUSED" "oc get pods answered (exit code $code): $(its_words)"
    set -- "$1" "$2" delete pod -n default
    while read -r _ pod node; do
      [ "$node" != "$1" ] || set -- "$@" "$pod"
    done <<<"$said"
    [ "$#" -gt 6 ] || continue
    printf '> oc %s\n' "${*:3}"
    capture "${oc[@]}" "${@:3}"
    [ "$code" -ne 124 ] || is_dead "$1" || fail "$SILENT" "oc ${*:3} did not end within $limit s"
    [ "$code" -eq 0 ] || [ "$code" -eq 124 ] || fail "$REFUSED" "oc ${*:3} answered (exit code $code): $(its_words)"
  done
}

is_dead() { # NODE: the cluster has not heard of it for a while
  local limit=10
  look get node "$1" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
  case $code:$said in 0:False | 0:Unknown) ;; *) return 1 ;; esac
}

selecting() { # KEY
  case "$project,$selector," in default,*",$1=true,"* | "default,$1=true,"*) found+="$name " ;; esac
}

# A server without DeploymentConfigs (OpenShift 4, as an option) has no such objects.
know_failovers() {
  look_at_failovers
  case $failovers_code:$failovers_complaint in
  0:*) ;;
  *'resource type'*) failovers='' ;;
  *) fail "$REFUSED" "oc get dc answered (exit code $failovers_code): $(brief "$failovers_complaint")" ;;
  esac
}

now=
look_at_failover() { # NAME: its canonical value in $now
  know_failovers
  each_failover named "$1"
  now=${found:--}
}

named() { # NAME
  [ "$project/$name" != "default/$1" ] || failover_value found
}

# `oc adm ipfailover` exits 1 whenever the service account is there already, although it did its work: what it made is looked at instead.
create_failover() { # NAME VALUE
  local name=$1 to=$2 told='' each words
  local owner check selector vip interface port replicas account offset
  for each in owner check selector vip interface port replicas account offset; do word "$each" "$each" "$to"; done
  words=(adm ipfailover "$name" -n default "--virtual-ips=$vip" "--interface=$interface" "--watch-port=$port")
  case $check in
  none) ;;
  *[!0-9.]*) fail "$UNFIT" "ipfailover $name: a check that edge-ramp cannot put back" ;;
  *) words+=("--check-script=$(check_script "$check")" --check-interval=2) ;;
  esac
  words+=("--replicas=$replicas" "--service-account=$account")
  [ "$selector" = - ] || words+=("--selector=$selector")
  words+=("--vrrp-id-offset=$offset")
  if printing; then
    change "${words[@]}"
  else
    look_at_failover "$name"
    if [ "$now" = - ]; then
      printf '> oc %s\n' "${words[*]}"
      look "${words[@]}"
      told=$(its_words)
      look_at_failover "$name"
      [ "$now" != - ] || fail "$REFUSED" "oc adm ipfailover $name made nothing: $told"
    fi
    case $now in "$to" | "${to% owner *}") ;; *) changed "ipfailover $name" "${to% owner *}" "$now" ;; esac
  fi
  [ -z "$owner" ] || change annotate dc "$name" -n default "$prefix/tunnel=${owner#edge-ramp:}" --overwrite
  roll_out "$name"
}

# Waits until both Pods run. With one of them the virtual IP has a holder: of a pair whose other node is away no more can be had.
roll_out() { # NAME
  local limit=$rollout told why
  if printing; then
    change rollout status "dc/$1" -n default
    return
  fi
  [ "$limit" -le "$((patience - SECONDS))" ] || limit=$((patience - SECONDS))
  [ "$limit" -ge 1 ] || limit=1
  printf '> oc rollout status dc/%s\n' "$1"
  capture "${oc[@]}" rollout status "dc/$1" -n default
  [ "$code" -ne 0 ] || return 0
  told=$(its_words)
  why="exit code $code"
  [ "$code" -ne 124 ] || why="within $limit s"
  look_at_failovers
  each_failover runs "$1"
  [ "$found" = yes ] ||
    fail "$REFUSED" "ipfailover $1 did not roll out ($why); \"oc describe dc/$1 -n default\" and its Pods' events say why: $told"
}

runs() { # NAME
  [ "$project/$name" != "default/$1" ] || [ "$available" = 0 ] || found=yes
}

mark_failover() { # NAME FROM TO: whose it is
  local owner
  word owner owner "$3"
  if ! printing; then
    look_at_failover "$1"
    [ "$now" != "$3" ] || return 0
    [ "$now" = "$2" ] || changed "ipfailover $1" "$2" "$now"
  fi
  if [ -n "$owner" ]; then
    change annotate dc "$1" -n default "$prefix/tunnel=${owner#edge-ramp:}" --overwrite
  else
    change annotate dc "$1" -n default "$prefix/tunnel-"
  fi
}

delete_failover() { # NAME FROM
  local limit=$removal
  if ! printing; then
    look_at_failover "$1"
    [ "$now" != - ] || return 0
    [ "$now" = "$2" ] || changed "ipfailover $1" "$2" "$now"
  fi
  change delete dc "$1" -n default
}

carry_out() { # VERB KIND NAME FROM TO
  case "$1 $2" in
  'create label' | 'modify label' | 'delete label') share label "${3% *}" "${3#* }" "$4" "$5" ;;
  'create scheduling' | 'modify scheduling' | 'delete scheduling' | 'create account' | 'modify account' | 'delete account' | \
    'create scc' | 'modify scc' | 'delete scc') share "$2" "$3" '' "$4" "$5" ;;
  'create ipfailover') create_failover "$3" "$5" ;;
  'modify ipfailover') mark_failover "$3" "$4" "$5" ;;
  'delete ipfailover') delete_failover "$3" "$4" ;;
  *) fail "$UNFIT" "unknown operation: $1 $2" ;;
  esac
}

enter cluster "$SSM_Fence" "$SSM_Digest"
carry_out_all
printf 'carried out %s\n' "${#operations[@]}"
