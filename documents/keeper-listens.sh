# When the keeper looks (keeper.sh): every 2 s, and at once when the node tells of a change of what it keeps. What is told is never taken for the truth.
# What the node tells by itself: changes of its links, addresses and routes, and flows that are deleted. ovs-ofctl says so on stderr, over OpenFlow 1.3
# from Open vSwitch 2.16 on, and ends with Open vSwitch. Where it ends within 10 s the look every 2 s remains, and a minute later it is tried again. Two
# processes that sleep.
listening='' since=0 retry=0
listen() {
  [ -z "$listening" ] || return 0
  [ "$SECONDS" -ge "$retry" ] || return 1
  listening=yes since=$SECONDS
  exec 8< <(
    ip -o monitor link address route 2>/dev/null &
    # No case: bash 4.2 takes the bracket of its pattern for the end of all this.
    if [ "${#flows[@]}" -eq 0 ]; then
      wait
    else
      "${ovs[@]}" ovs-ofctl -O OpenFlow13 monitor br0 'watch:!initial,!add,!modify,!actions' 2>&1
    fi
    kill $! 2>/dev/null
  )
}

# Whether a line of it is about what the keeper keeps: one of its devices, its cookie. What was told is `flows` while it is of them alone, else `all`.
told=''
concerns() { # LINE
  local object
  for object in "${objects[@]}"; do
    set -- "$1" ${object//%/ }
    case $2 in
    tunnel | address) case $1 in *" $3"*) told=all && return 0 ;; esac ;;
    flow) case $1 in *" $4 "*) told=${told:-flows} && return 0 ;; esac ;;
    esac
  done
  return 1
}

# Waits until the next look is due.
wait_for_look() {
  local line end=$((SECONDS + pause))
  while [ "$SECONDS" -lt "$end" ]; do
    IFS= read -r -t 1 -u 8 line
    case $? in
    0) ! concerns "$line" || break ;;
    1) # Open vSwitch has ended, or tells nothing of flows
      listening=''
      [ "$((SECONDS - since))" -ge 10 ] || retry=$((SECONDS + 60))
      break
      ;;
    esac
  done
  # What was told in one go needs one look.
  while [ -n "$listening" ] && [ "$SECONDS" -lt "$end" ] && read -t 0 -u 8 && IFS= read -r -t 1 -u 8 line; do concerns "$line"; done
}
