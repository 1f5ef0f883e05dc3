# The device group of a pair, on one of its units: whether shared objects may be changed here, and the sync that gives them to the other unit.

# After so many seconds of the script waiting ends: the document's own time-out comes at 120 (lib/stack/time-outs.ts).
patience=95

# Which tunnels have changed shared objects here since the last sync: a sync takes along whatever is pending, so another's half-made objects, too.
pending_file() { # in path
  path=$state/$SSM_Management.pending
}

is_pending() { # whether this tunnel is one of them
  content "$path" 2>/dev/null
  [[ $newline$text$newline == *"$newline$SSM_Tunnel$newline"* ]]
}

# The group's own line decides: the Status above is that of the worst group, hidden ones too, and the exit code is that of an error which a failed
# sync quotes (BIP-38).
ask_group() { # GROUP: in standing, and BIG-IP's own words in wording
  local line short status='' more='' another='^[^[:space:]]+( \([^()]+\):|: (connected|disconnected))'
  wording='' standing=unknown
  tmsh_say show cm sync-status
  while IFS= read -r line; do
    in_words "$line"
    line=${words# } line=${line#Details } line=${line% }
    if [[ $line == "$1 ("*'):'* ]]; then
      status=${line#"$1 ("} status=${status%%')'*} more=yes
    elif [[ $line =~ $another ]]; then
      more=''
    fi
    [ -z "$more" ] || wording+=$line$newline
  done <<<"$said"
  case ${status,,} in
  'in sync') standing=in-sync ;;
  'changes pending') standing=pending ;;
  'syncing' | 'not all devices synced' | 'awaiting initial sync') standing=syncing ;;
  'sync failure' | 'sync failed') standing=failed ;;
  'disconnected') standing=disconnected ;;
  esac
  case $wording in
  *conflict*) standing=conflict ;;
  *'Sync error on'*) standing=failed ;;
  esac
  [ -n "$wording" ] || wording=$(its_words)
  shorten "$wording"
  wording=$short
}

# Shared objects are changed on the active unit, and on one unit between two syncs: changes on both are a conflict, and a sync then overwrites the
# other unit's (BIP-43). A restore goes on where the change was made, whatever the unit's role is by then.
how='' # the sync: manual, auto (BIG-IP does it by itself), alone (the other unit is away)
check_group() { # GROUP ROLE HOW; role `undo`: any, and what is pending is what the run changed, which the other unit lacks
  local path standing wording text role='Status[[:space:]]+([A-Z]+([[:blank:]]+OFFLINE)?)[[:space:]]*($|[[:cntrl:]])'
  how=$3
  if printing; then
    printf '%s\n' 'show cm failover-status' 'show cm sync-status'
    return
  fi
  if [ "$2" = ACTIVE ]; then
    tmsh_say show cm failover-status
    [[ $said =~ $role ]] || fail "$CHANGED" "does not say whether it is still $2: $(its_words)"
    [ "${BASH_REMATCH[1]}" = "$2" ] || fail "$CHANGED" "is ${BASH_REMATCH[1]} and no longer $2, as it was when the plan was made"
  fi
  ask_group "$1"
  pending_file
  case $standing in
  in-sync) : >"$path" || fail "$UNFIT" "cannot write to $state" ;;
  disconnected) [ "$how" = alone ] || fail "$CHANGED" "has lost the other unit of device group $1 since the plan was made: $wording" ;;
  pending | syncing | failed)
    [ "$2" = undo ] || is_pending ||
      fail "$CHANGED" "sees changes pending in device group $1 that are not this tunnel's, and a sync would carry or undo them: undo them, or synchronise them, which cuts what they take away, on the unit that has them, and start again: $wording"
    ;;
  conflict) fail "$CHANGED" "and the other unit of device group $1 have both been changed since the last sync, so nothing was done: $wording" ;;
  *) fail "$CHANGED" "does not say in words that are understood how device group $1 stands: $wording" ;;
  esac
  is_pending || printf '%s\n' "$SSM_Tunnel" >>"$path" || fail "$UNFIT" "cannot write to $state"
}

# A sync overwrites what the other unit has been changed to since the round's check (BIP-43), so the conflict is asked for once more. The command returns
# before the sync, and only the status tells how it ended (BIP-41). What is told of an earlier failure may stand for some seconds after a new sync has
# begun (BIP-42).
sync_group() { # GROUP
  local path standing wording line="run cm config-sync to-group $1" failures=0
  [ "$how" != alone ] || return 0
  if printing; then
    [ "$how" = auto ] || printf '%s\n' "$line"
    printf 'show cm sync-status # every second until "%s (In Sync)", for %s s at most\n' "$1" "$patience"
    return
  fi
  if [ "$how" != auto ]; then
    ask_group "$1"
    case $standing in
    conflict | disconnected | unknown) fail "$REFUSED" "did not synchronise device group $1: $wording" ;;
    esac
    tmsh_do "$line"
  fi
  printf '> show cm sync-status\n'
  while ask_group "$1" && [ "$standing" != in-sync ]; do
    case $standing in
    conflict | disconnected | unknown) fail "$REFUSED" "did not synchronise device group $1: $wording" ;;
    failed)
      failures=$((failures + 1))
      [ "$failures" -lt 10 ] || fail "$REFUSED" "did not synchronise device group $1: $wording"
      ;;
    esac
    [ "$SECONDS" -lt "$patience" ] || fail "$SILENT" "did not synchronise device group $1 within $patience s: $wording"
    sleep 1
  done
  pending_file
  rm -f "$path"
}
