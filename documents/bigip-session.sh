# The SSH way from the bastion to BIG-IP. The private key goes from Secrets Manager straight into an agent of this run's own, never to disk.
need SSM_Tunnel SSM_Fence SSM_Management SSM_User SSM_Secret SSM_HostKey
work='' agent='' clock='' shell=tmsh # clock: a process that counts while connections get time to end
ssh_options=()

# BIG-IP is judged by codes in its words, not by exit status alone: tmsh sometimes exits 0 with an error (BIP-2).
refusal=$newline'(01[0-9a-f]{6}:[0-9]+:|Syntax Error|Data Input Error|usage: tmsh)'
# A call of tmsh is a process on BIG-IP, of a second on many boxes: so many questions are put to it at once (BIP-29).
abreast=4

# 2: the agent does not answer; its socket is there a moment before it does (LX-21).
load_key() {
  { aws secretsmanager get-secret-value --region "$AWS_SSM_REGION_NAME" --secret-id "$SSM_Secret" --query SecretString --output text | ssh-add -q -; } >"$work/log" 2>&1 9>&-
}

open_session() {
  printing && return
  work=$(mktemp -d) || fail "$UNFIT" "cannot make a working folder on the bastion"
  trap close_session EXIT
  # Of this run's own, and with an end of its own: a script that is stopped outright cannot end it.
  exec timeout 300 ssh-agent -D -a "$work/agent" </dev/null >/dev/null 2>&1 9>&- &
  agent=$!
  disown "$agent" # bash 4.2 would tell of its end among the script's own complaints
  export SSH_AUTH_SOCK=$work/agent
  # SSM Agent gives a script no other region, and version 1 of the AWS CLI finds none by itself (AWS-30).
  [ -n "${AWS_SSM_REGION_NAME-}" ] ||
    fail "$UNFIT" "the bastion's SSM Agent does not say its region (AWS_SSM_REGION_NAME is empty), so secret $SSM_Secret cannot be read: update the agent, or set the variable in its unit"
  local deadline=$((SECONDS + limit))
  until [ -e "$SSH_AUTH_SOCK" ] || [ "$SECONDS" -ge "$deadline" ]; do sleep 0.02; done
  until load_key; do
    [ "$?" -eq 2 ] || deadline=0
    [ "$SECONDS" -lt "$deadline" ] ||
      fail "$UNFIT" "the key in secret $SSM_Secret could not be loaded on the bastion: $(brief "$(cat "$work/log")")"
    sleep 0.02
  done
  printf '%s %s\n' "$SSM_Management" "$SSM_HostKey" >"$work/known_hosts"
  ssh_options=(-F /dev/null -T -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o StrictHostKeyChecking=yes
    -o "UserKnownHostsFile=$work/known_hosts" -o GlobalKnownHostsFile=/dev/null -o "ControlPath=$work/way")
  # One connection for all commands. Its output goes to a file: a connection in the background would hold a pipe open.
  timeout "$limit" ssh "${ssh_options[@]}" -o ControlMaster=yes -f -N "$SSM_User@$SSM_Management" >"$work/log" 2>&1 9>&- || {
    [ "$?" -ne 124 ] || printf 'no SSH connection stood within %s s\n' "$limit" >>"$work/log" # ssh itself says nothing then
    fail "$UNREACHABLE" "cannot be reached from the bastion: $(brief "$(cat "$work/log")")"
  }
  # Whose login shell is tmsh gets an error for the word itself (BIP-3).
  hand 'tmsh -v' 0 </dev/null
  hear 'tmsh -v' 0
  case $said$complaint in *'Syntax Error'*) shell=tmsh ;; *) shell=bash ;; esac
}

close_session() {
  [ "${#ssh_options[@]}" -eq 0 ] || ssh "${ssh_options[@]}" -O exit "$SSM_User@$SSM_Management" >/dev/null 2>&1 9>&-
  kill ${agent:+"$agent"} ${clock:+"$clock"} 2>/dev/null
  rm -rf "$work" ${words_in:+"$words_in.stdout" "$words_in.stderr"}
}

on_bigip() { # LINE: as the login shell there reads it
  timeout "$limit" ssh "${ssh_options[@]}" "$SSM_User@$SSM_Management" "$1" 9>&-
}

# A name with its folder is no keyword of tmsh's, such as `all`, which moves every object of a class. A route that is named after its network has
# a slash as well: that is a name, no folder, and no keyword either (BIP-8).
full() { # NAME: in path
  case $1 in */*) path=$1 ;; *) path=/Common/$1 ;; esac
}

# What comes of a line is told in three files of this number.
hand() { # LINE NUMBER
  on_bigip "$1" >"$work/$2.said" 2>"$work/$2.complaint"
  code=$?
  printf '%s' "$code" >"$work/$2.code"
}

# What came of it, in said, complaint and code. What BIG-IP could not be asked is fatal.
hear() { # WORDS NUMBER
  code=''
  { IFS= read -r code <"$work/$2.code"; } 2>/dev/null
  code=${code:-255} # it could not even be written down
  content "$work/$2.said" && said=$text
  content "$work/$2.complaint" && complaint=$text
  [ "$code" -ne 124 ] || fail "$SILENT" "did not answer \"$(brief "$1")\" within $limit s"
  [ "$code" -ne 255 ] || fail "$UNREACHABLE" "could not be asked \"$(brief "$1")\": $(its_words)"
}

tmsh_line() { # WORDS: in line, as the login shell takes them; no word has a quote in it (allowedPattern)
  case $shell in bash) line="tmsh -a -q -c '$1'" ;; *) line=$1 ;; esac
}

is_refused() {
  [ "$code" -ne 0 ] || [[ $newline$complaint$newline$said =~ $refusal ]]
}

tmsh_do() { # WORDS...: one change
  if printing; then
    printf '%s\n' "$*"
    return
  fi
  local line
  printf '> ' && brief "$*" && printf '\n'
  tmsh_line "$*"
  hand "$line" 0 </dev/null
  hear "$*" 0
  ! is_refused || fail "$REFUSED" "refused \"$(brief "$*")\" (exit code $code): $(its_words)"
}

# Puts questions to BIG-IP, some abreast; `heard` has then what it says to each.
declare -A told=() told_complaint=() told_code=()
asked=0 # questions so far: every answer has files of its own
tmsh_ask() { # WORDS...: a question each, one at least
  local -a lanes=()
  local lane=1 number=0
  while [ "$lane" -lt "$abreast" ] && [ "$lane" -lt "$#" ]; do
    lane=$((lane + 1))
    ask_in_lane "$lane" "$@" &
    lanes+=("$!")
  done
  ask_in_lane 1 "$@" # by this process
  [ "$lane" -eq 1 ] || wait "${lanes[@]}"
  while [ "$number" -lt "$#" ]; do
    number=$((number + 1))
    hear "${!number}" "$((asked + number))"
    leave_the_listing
    if is_refused && [ "$code" -eq 0 ]; then code=1; fi
    keep "${!number}"
  done
  asked=$((asked + $#))
}

# tmsh may ask whether to list that many objects, and takes the answer from its input (BIP-30).
ask_in_lane() { # LANE WORDS...: every fourth question, say; where BIG-IP was not reached no further one
  local number=$1 line
  while [ "$number" -lt "$#" ]; do
    tmsh_line "${*:number+1:1}"
    hand "$line" "$((asked + number))" <<<y
    case $code in 124 | 255) return ;; esac
    number=$((number + abreast))
  done
}

keep() { # QUESTION: what was said to it
  told[$1]=$said told_complaint[$1]=$complaint told_code[$1]=$code
}

heard() { # QUESTION
  said=${told[$1]} complaint=${told_complaint[$1]} code=${told_code[$1]}
}

tmsh_say() { # WORDS...: puts this question alone; what BIG-IP says, with a code that is not 0 for every refusal
  tmsh_ask "$*"
  heard "$*"
}

# The source address translation of each virtual server is heard as `virtual PATH`: on one line and without its name, since a tunnel may have 40.
# One command lists them all. Where it is refused, or lists anything but each of them once, each is asked for by itself.
also_listed='' # beside it
list_virtuals() { # PATH...: in line
  line="list ltm virtual $* source-address-translation$also_listed"
}

tell_virtuals_apart() { # PATH...: after the command for all of them
  local line each
  local -a alone=()
  list_virtuals "$@"
  heard "$line"
  if [ "$code" -eq 0 ] && keep_virtuals "$@"; then return; fi
  for each in "$@"; do
    list_virtuals "$each"
    alone+=("$line")
  done
  [ "$#" -eq 1 ] || tmsh_ask "${alone[@]}"
  for each in "$@"; do
    list_virtuals "$each"
    heard "$line"
    if [ "$code" -ne 0 ] || ! keep_virtuals "$each"; then keep "virtual $each"; fi
  done
}
