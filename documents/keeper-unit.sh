# The unit by which a ramp node runs its keeper (documents/keeper.sh, whose text is in $shared and $keeper where it is put there). Script, goal and unit
# are this tunnel's own, so tunnels that share a node do not touch each other's. Paths in the unit are as the node sees them.
unit=edge-ramp-$SSM_Tunnel.service
unit_file=$root/etc/systemd/system/$unit
keeper_script=/var/lib/edge-ramp/$SSM_Tunnel.keeper
goal_file=$state/$SSM_Tunnel.goal
heals_file=$state/$SSM_Tunnel.heals
report_file=$root/run/edge-ramp/$SSM_Tunnel.report

# By bash and not by itself: no domain of SELinux's is asked to execute a file of /var/lib. Started again within the mark's 10 s (LX-18), and
# seldom enough for systemd's own limit of 5 starts in 10 s.
unit_text="[Unit]
Description=edge-ramp:$SSM_Tunnel, which keeps this node's part of the tunnel
After=network.target

[Service]
ExecStart=/usr/bin/env SSM_Tunnel=$SSM_Tunnel /bin/bash $keeper_script
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target"

place() { # FILE MODE TEXT: whole or not at all
  [ -d "${1%/*}" ] || mkdir -p "${1%/*}"
  if ! { printf '%s\n' "$3" >"$1.new" && chmod "$2" "$1.new" && mv "$1.new" "$1"; }; then
    rm -f "$1.new"
    fail "$REFUSED" "cannot write $1: is its file system full?"
  fi
}

# The keeper may act once this is done: the fence says so, until another run looks at this node.
install_keeper() { # GOAL: its lines, joined by @
  if printing; then
    printf '%s\n' "cat > $root$keeper_script # documents/keeper.sh" "cat > $goal_file <<END" "${1//@/$newline}" END "cat > $unit_file <<END" "$unit_text" END
  else
    place "$root$keeper_script" 0700 "${shared-}${keeper%"$newline"}"
    place "$goal_file" 0600 "${1//@/$newline}"
    place "$unit_file" 0644 "$unit_text"
  fi
  run systemctl daemon-reload
  run systemctl enable "$unit"
  run systemctl restart "$unit"
  printing || keep_fence "$state/$SSM_Tunnel.node.fence" "$SSM_Fence $SSM_Digest kept" || fail "$UNFIT" "cannot keep the fence in $state: is its file system full?"
}

# A mark that stands runs out by itself. Carries on where an earlier try stopped.
remove_keeper() {
  if printing || [ -e "$unit_file" ]; then
    run systemctl stop "$unit"
    run systemctl disable "$unit"
    run rm -f "$unit_file"
    run systemctl daemon-reload
  fi
  run rm -f "$root$keeper_script" "$goal_file" "$heals_file"{,.new} "$report_file"{,.new,.stdout,.stderr} "$state/$SSM_Tunnel.vip-report" # the last one is an earlier version's
}

# Whether script and unit are as this document would write them.
is_current() {
  local line text=''
  line=$(sha256sum "$root$keeper_script" 2>/dev/null)
  { IFS= read -r -d '' text <"$unit_file"; } 2>/dev/null
  [ "${line:0:64} $text" = "$keeper_digest $unit_text$newline" ]
}

# Lines of the answer: `goal LINE@LINE...` or `goal -` (no unit), `text ours|other` (script and unit as this document would write them),
# `unit ACTIVE ENABLED` in systemctl's words, `last AGE WORD WHAT...` (seconds) or `last -`, and `heals N AGE WHAT`: how often it put something back
# within an hour, and the last time.
observe_keeper() {
  local goal='-' text=other active enabled last='-' heals=0 word epoch what now
  local -a lines
  if [ -e "$unit_file" ]; then
    goal=lost
    { mapfile -t lines <"$goal_file" && [ "${#lines[@]}" -gt 0 ] && printf -v goal '@%s' "${lines[@]}"; } 2>/dev/null
    goal=${goal#@}
    ! is_current || text=ours
  fi
  capture systemctl is-active "$unit"
  active=$said
  capture systemctl is-enabled "$unit"
  enabled=$said
  printf -v now '%(%s)T' -1
  if [ -r "$report_file" ] && read -r word epoch what <"$report_file" && [[ $epoch =~ ^[1-9][0-9]{0,11}$ ]]; then
    last="$((now - epoch)) $word${what:+ $what}"
  fi
  if [ -r "$heals_file" ]; then
    while read -r epoch what; do
      [[ $epoch =~ ^[1-9][0-9]{0,11}$ ]] && [ "$((now - epoch))" -lt 3600 ] && heals=$((${heals%% *} + 1)) && heals+=" $((now - epoch)) $what"
    done <"$heals_file"
  fi
  answer keeper 0 "goal $goal"$'\n'"text $text"$'\n'"unit ${active:--} ${enabled:--}"$'\n'"last $last"$'\n'"heals $heals"
}
