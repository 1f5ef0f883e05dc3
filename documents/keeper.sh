# The keeper of a ramp node: it holds the node's part of the tunnel as a run left it, and says whether this node can carry the tunnel. systemd runs
# it (keeper-unit.sh) in one piece with prelude.sh, ramp-objects.sh, ramp-make.sh, keeper-listens.sh and keeper-looks.sh, on bash 4.2 and iproute2 4.11.
# It looks every 2 s, and at once when the node tells of a change. What is missing it puts back in the order of a run, under the same lock. It decides
# nothing: where something else is in the place of an object, or something cannot be asked, it touches nothing, says why, and leaves it to a run. While
# the tunnel is paused it only looks (docs/adr/0033).
# Of a pair it also keeps the address MARK on lo, for 10 s each time, while something that carries the tunnel is positively missing; keepalived's
# check fails by that, and the virtual IP moves. When the keeper dies, the kernel takes the mark away (docs/adr/0013).
goal_file=$state/$SSM_Tunnel.goal
fence_file=$state/$SSM_Tunnel.node.fence
heals_file=$state/$SSM_Tunnel.heals
pause_file=$state/$SSM_Tunnel.pause
report_file=$root/run/edge-ramp/$SSM_Tunnel.report
limit=2 # so that a look is over before the mark runs out
# For so many seconds after a run's last command on this node nothing is put back: by then it has changed it, has nothing to change, or is dead. One
# that is slower is refused at its next command, since the keeper takes a later fence before it acts.
hold=300
keep_words "$report_file"

# The goal: `mark ADDRESS|-`, `keep OBJECT%VALUE` for each object in the order of a run, `landmark FLOW` for each flow by which the SDN's bridge is
# the one that the flows were made for. [port] and [mac] are tun0's, [address] is the node's own on the device of a rule of nat, as they are at the
# time. A line that is not known is of another version.
vip_mark=- objects=() landmarks=''
read_goal() {
  local line
  while IFS= read -r line; do
    case $line in
    'mark '*) vip_mark=${line#mark } ;;
    'keep '*%*) objects+=("${line#keep }") ;;
    'landmark '*) landmarks+=${line#landmark }$newline ;;
    *) return 1 ;;
    esac
  done <"$goal_file"
  [ "${#objects[@]}" -gt 0 ]
} 2>/dev/null

# True while the tunnel is paused, as this node was told last (ramp-apply.sh); why, in resting. A keeper that cannot know rests.
resting=''
rests() {
  local now line='0 resumed - -' form='^[0-9]{1,15} (paused|resumed) (-|[0-9]{1,15}) ([0-9TZ:.-]{1,30})$'
  resting=''
  printf -v now '%(%s)T' -1
  [ ! -e "$pause_file" ] || { line='' && IFS= read -r line <"$pause_file"; } 2>/dev/null
  if ! [[ $line =~ $form ]]; then
    resting="$pause_file cannot be read"
  elif [ "${BASH_REMATCH[1]}" = paused ] && { [ "${BASH_REMATCH[2]}" = - ] || [ "$now" -lt "${BASH_REMATCH[2]}" ]; }; then
    resting="the tunnel is paused since ${BASH_REMATCH[3]}"
  fi
  [ -n "$resting" ]
}

# What allows the keeper to act, in leave: a fence with `kept`, or one that is older than $hold, with its time. Each command of a run makes it another
# one. Empty: nothing allows it, and obstacle says why.
leave='' obstacle=''
read_leave() {
  local fence=0 digest=- kept='' written age
  leave='' obstacle=''
  if rests; then
    obstacle=$resting
  elif ! read_fence "$fence_file" 2>/dev/null || [ "$fence" -eq 0 ]; then
    obstacle="the fence in $fence_file cannot be read"
  elif ! written=$(stat -c %Y "$fence_file" 2>/dev/null); then
    obstacle="$fence_file has no time"
  else
    printf -v age '%(%s)T' -1
    age=$((age - written))
    if [ "$age" -lt 0 ]; then
      obstacle='the clock is behind the last run'
    elif [ -n "$kept" ]; then
      leave="$fence $digest kept"
    elif [ "$age" -lt "$hold" ]; then
      obstacle="a run worked on this node $age s ago"
    else
      leave="$fence $digest $written"
    fi
  fi
}

# A run that left no `kept` is over or dead. Should it live, its next command finds a later fence and is refused.
take_fence() {
  case $leave in *' kept') return 0 ;; esac
  keep_fence "$fence_file" "$((${leave%% *} + 1)) - kept"
}

# Whether what the look has found needs no second one under the lock: flows alone are missing, which may be sent twice.
only_flows_are_missing() {
  case ${missing[0]-} in 'flow '*) ;; *) false ;; esac
}

# Called in a process of its own, so that a command that fails ends no more than this. Prints what it does, or why it does nothing.
put_back() {
  local seen=$leave
  exec 9>"$state/node.lock" || exit 1
  flock -n 9 || { echo 'a command of a run holds this node' && exit 1; }
  read_leave
  [ -n "$leave" ] || { echo "$obstacle" && exit 1; }
  take_fence || { echo "cannot write to $state: is its file system full?" && exit 1; }
  { only_flows_are_missing && [ "$leave" = "$seen" ]; } || examine
  [ -z "$changed$unknown" ] || { echo 'it changes while it is looked at' && exit 1; }
  [ "${#missing[@]}" -gt 0 ] || exit 1
  remember || { echo "cannot write to $heals_file: is its file system full?" && exit 1; }
  for object in "${missing[@]}"; do
    make_object "$object"
  done
  send_bundle
} 2>&1

make_object() { # OBJECT%VALUE
  local name=${1%%%*}
  case $name in 'flow '*) ;; *) send_bundle ;; esac
  make "${name%% *}" "${name#* }" "${1#*%}"
}

# Before the first change, so that none is made in secret. The last 50, or some more: to add a line takes no process.
remember() {
  local now what text lines=()
  printf -v now '%(%s)T' -1
  together what "$broken" "$absent"
  [ ! -f "$heals_file" ] || mapfile -t lines <"$heals_file"
  lines+=("$now $what")
  if [ "${#lines[@]}" -le 100 ]; then
    { printf '%s\n' "${lines[@]: -1}" >>"$heals_file"; } 2>/dev/null
  else
    printf -v text '%s\n' "${lines[@]: -50}"
    keep_fence "$heals_file" "${text%"$newline"}"
  fi
}

put_mark() {
  [ "$vip_mark" != - ] || return 0
  capture_unlimited ip addr replace "$vip_mark/32" dev lo valid_lft 10 preferred_lft 10
  [ "$code" -eq 0 ] || is_unknown "ip addr replace $vip_mark/32"
}

take_mark() { # by the addresses that the look has seen
  case $everywhere in *" lo inet $vip_mark/32 "*) capture_unlimited ip addr del "$vip_mark/32" dev lo ;; esac
}

last=''
note() { # WORD WHAT: into the report, and into the journal when it changes
  printf '%s %(%s)T%s\n' "$1" -1 "${2:+ $2}" >"$report_file.new" && mv "$report_file.new" "$report_file"
  [ "$1 $2" = "$last" ] || printf '%s\n' "$1${2:+: $2}"
  last="$1 $2"
}

together() { # VARIABLE PART...: those that are not empty, in one line
  local part line=''
  for part in "${@:2}"; do
    line+=${part:+${line:+; }$part}
  done
  printf -v "$1" %s "$line"
}

word() {
  if [ -n "$broken" ]; then
    echo broken
  elif [ -n "$changed" ]; then
    echo changed
  else
    echo unknown
  fi
}

# Seconds until the next look: soon while something is missing or br0 does not answer, since the cause may be over.
pause=2
# Where flows alone are told to be gone, and the look before has found all right, a look is at them alone: the next one is at everything again.
right=''
look() {
  local did lacking all only=''
  [ "$right:$told" != yes:flows ] || only=flows
  right='' told=''
  read_leave
  examine $only
  together lacking "$broken" "$absent"
  pause=2
  [ -z "$lacking$silent" ] || pause=0.5
  if [ -n "$broken" ]; then put_mark; elif [ -z "$unknown" ]; then take_mark; fi
  if [ -n "$changed$unknown" ]; then
    together all "$lacking" "$changed" "$unknown"
    note "$(word)" "$all"
  elif [ -z "$lacking" ]; then
    [ -n "$only" ] || right=yes
    if rests; then note resting "$resting"; else note ok ''; fi
  elif did=$(put_back); then
    note healed "$lacking"
  else
    together all "$lacking" "not put back: $(brief "$did")"
    note broken "$all"
  fi
}

if ! read_goal; then
  note unknown "its goal $goal_file cannot be read"
  exit 1
fi
case ${1-} in
--once) look ;;
*)
  while :; do
    look
    if [ "$pause" = 2 ] && listen; then
      wait_for_look
    else
      sleep "$pause" || exit 1 # systemd starts it again, and not at once
    fi
  done
  ;;
esac
