# The SSH way from the bastion to BIG-IP. The private key goes from Secrets Manager straight into an agent of this run's own, never to disk.
need SSM_Tunnel SSM_Fence SSM_Management SSM_User SSM_Secret SSM_HostKey
work='' agent='' clock='' shell=tmsh # clock: a process that counts while connections get time to end
ssh_options=()

# BIG-IP is judged by codes in its words, not by exit status alone: tmsh sometimes exits 0 with an error (BIP-2).
refusal=$newline'(01[0-9a-f]{6}:[0-9]+:|Syntax Error|Data Input Error|usage: tmsh)'

open_session() {
  printing && return
  work=$(mktemp -d) || fail "$UNFIT" "cannot make a working folder on the bastion"
  trap close_session EXIT
  # Of this run's own, and with an end of its own: a script that is stopped outright cannot end it.
  timeout 300 ssh-agent -D -a "$work/agent" </dev/null >/dev/null 2>&1 9>&- &
  agent=$!
  export SSH_AUTH_SOCK=$work/agent
  local tries=0
  # Its socket is there a moment before it answers: ssh-add ends with 2 until then (LX-21).
  until ssh-add -l >/dev/null 2>&1 9>&- || [ "$?" -eq 1 ] || [ "$((tries += 1))" -gt 100 ]; do sleep 0.05; done
  # SSM Agent gives a script no other region, and version 1 of the AWS CLI finds none by itself (AWS-30).
  [ -n "${AWS_SSM_REGION_NAME-}" ] ||
    fail "$UNFIT" "the bastion's SSM Agent does not say its region (AWS_SSM_REGION_NAME is empty), so secret $SSM_Secret cannot be read: update the agent, or set the variable in its unit"
  local said
  said=$({ aws secretsmanager get-secret-value --region "$AWS_SSM_REGION_NAME" --secret-id "$SSM_Secret" --query SecretString --output text | ssh-add -q -; } 2>&1 9>&-) ||
    fail "$UNFIT" "the key in secret $SSM_Secret could not be loaded on the bastion: $(brief "$said")"
  printf '%s %s\n' "$SSM_Management" "$SSM_HostKey" >"$work/known_hosts"
  ssh_options=(-F /dev/null -T -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o StrictHostKeyChecking=yes
    -o "UserKnownHostsFile=$work/known_hosts" -o GlobalKnownHostsFile=/dev/null -o "ControlPath=$work/way")
  # One connection for all commands. Its output goes to a file: a connection in the background would hold a pipe open.
  timeout "$limit" ssh "${ssh_options[@]}" -o ControlMaster=yes -f -N "$SSM_User@$SSM_Management" >"$work/log" 2>&1 9>&- || {
    [ "$?" -ne 124 ] || printf 'no SSH connection stood within %s s\n' "$limit" >>"$work/log" # ssh itself says nothing then
    fail "$UNREACHABLE" "cannot be reached from the bastion: $(brief "$(cat "$work/log")")"
  }
  # Whose login shell is tmsh gets an error for the word itself (BIP-3).
  on_bigip 'tmsh -v'
  case $said$complaint in *'Syntax Error'*) shell=tmsh ;; *) shell=bash ;; esac
}

close_session() {
  [ "${#ssh_options[@]}" -eq 0 ] || ssh "${ssh_options[@]}" -O exit "$SSM_User@$SSM_Management" >/dev/null 2>&1 9>&-
  kill ${agent:+"$agent"} ${clock:+"$clock"} 2>/dev/null
  rm -rf "$work"
}

on_bigip() { # LINE: as the login shell there reads it; what came of it, as `capture` has it
  capture ssh "${ssh_options[@]}" "$SSM_User@$SSM_Management" "$1" </dev/null
}

# What BIG-IP says to one command of tmsh, as `capture` has it. What it could not be asked is fatal.
tmsh_hand() { # WORDS...: no word has a quote in it (allowedPattern)
  case $shell in bash) on_bigip "tmsh -a -q -c '$*'" ;; *) on_bigip "$*" ;; esac
  [ "$code" -ne 124 ] || fail "$SILENT" "did not answer \"$(brief "$*")\" within $limit s"
  [ "$code" -ne 255 ] || fail "$UNREACHABLE" "could not be asked \"$(brief "$*")\": $(its_words)"
}

is_refused() {
  [ "$code" -ne 0 ] || [[ $newline$complaint$newline$said =~ $refusal ]]
}

tmsh_do() { # WORDS...: one change
  if printing; then
    printf '%s\n' "$*"
    return
  fi
  printf '> %s\n' "$(brief "$*")"
  tmsh_hand "$@"
  ! is_refused || fail "$REFUSED" "refused \"$(brief "$*")\" (exit code $code): $(its_words)"
}

tmsh_say() { # WORDS...: what BIG-IP says, as `capture` has it, with a code that is not 0 for every refusal
  tmsh_hand "$@"
  if is_refused && [ "$code" -eq 0 ]; then code=1; fi
  return 0
}

tmsh_ask() { # QUESTION WORDS...
  tmsh_say "${@:2}"
  answer "$1" "$code" "$said" "$complaint"
}
