# The unit by which a ramp node runs the reporter of documents/vip-report.sh. Script and unit are this tunnel's own, so tunnels that share a
# node do not touch each other's. Paths in the unit are as the node sees them.
unit=edge-ramp-$SSM_Tunnel.service
unit_file=$root/etc/systemd/system/$unit
report_script=/var/lib/edge-ramp/$SSM_Tunnel.vip-report
report_file=$root/run/edge-ramp/$SSM_Tunnel.report

# By bash and not by itself: no domain of SELinux's is asked to execute a file of /var/lib. Started again within the mark's 10 s (LX-18), and
# seldom enough for systemd's own limit of 5 starts in 10 s.
unit_text() { # ARGUMENTS
  cat <<END
[Unit]
Description=edge-ramp:$SSM_Tunnel, whether this node can carry the tunnel
After=network.target

[Service]
ExecStart=/bin/bash $report_script $1 $SSM_Tunnel
Restart=always
RestartSec=5

[Install]
WantedBy=multi-user.target
END
}

place() { # FILE MODE TEXT: whole or not at all
  mkdir -p "${1%/*}"
  if ! { printf '%s\n' "$3" >"$1.new" && chmod "$2" "$1.new" && mv "$1.new" "$1"; }; then
    rm -f "$1.new"
    fail "$REFUSED" "cannot write $1: is its file system full?"
  fi
}

install_report() { # MARK INTERFACE SOURCE COOKIE ADDRESS, in one word
  if printing; then
    printf '%s\n' "cat > $root$report_script # the reporter, documents/vip-report.sh" "cat > $unit_file <<END" "$(unit_text "$1")" END
  else
    place "$root$report_script" 0700 "$(report_text)"
    place "$unit_file" 0644 "$(unit_text "$1")"
  fi
  run systemctl daemon-reload
  run systemctl enable "$unit"
  run systemctl restart "$unit"
}

# A mark that stands runs out by itself. Carries on where an earlier try stopped.
remove_report() {
  if printing || [ -e "$unit_file" ]; then
    run systemctl stop "$unit"
    run systemctl disable "$unit"
    run rm -f "$unit_file"
    run systemctl daemon-reload
  fi
  run rm -f "$root$report_script" "$report_file"
}

# Lines of the answer: `arguments A...` or `arguments -` (no unit), `text ours|other` (script and unit as this document would write them),
# `unit ACTIVE ENABLED` in systemctl's words, and `last AGE WORD WHAT...` (seconds) or `last -`.
observe_report() {
  local arguments='-' text=other active enabled last='-' word epoch what
  if [ -e "$unit_file" ]; then
    arguments=$(sed -n "s|^ExecStart=/bin/bash $report_script \(.*\) $SSM_Tunnel\$|\1|p" "$unit_file")
    [ "$(cat "$unit_file" "$root$report_script" 2>/dev/null)" != "$(unit_text "$arguments" && report_text)" ] || text=ours
  fi
  active=$(timeout "$limit" systemctl is-active "$unit" 2>/dev/null 9>&-)
  enabled=$(timeout "$limit" systemctl is-enabled "$unit" 2>/dev/null 9>&-)
  if [ -r "$report_file" ] && read -r word epoch what <"$report_file" && [[ $epoch =~ ^[1-9][0-9]{0,11}$ ]]; then
    last="$(($(date +%s) - epoch)) $word${what:+ $what}"
  fi
  answer report 0 "arguments ${arguments:--}"$'\n'"text $text"$'\n'"unit ${active:--} ${enabled:--}"$'\n'"last $last"
}
