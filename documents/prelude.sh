#!/bin/bash
# What every script of edge-ramp begins with: parameters, fence, lock, run, answer. Runs on bash 4.2 (RHEL 7) and today's.
# Parameters come as environment variables (interpolationType ENV_VAR, agent 3.3.2746.0 or later), are data and are never evaluated.
set -u -o pipefail -f
umask 077
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin:/usr/local/bin # where ip, iptables, and often aws and oc are; not every agent looks there
newline=$'\n'

# Where the device's own file system begins: empty on a real device; the local mode gives each host a folder.
root=${EDGE_RAMP_ROOT-}
state=$root/var/lib/edge-ramp
export HOME=${HOME:-$root/root} # SSM Agent sets none: oc would keep its cache in the agent's own folder, /usr/bin (AWS-30)
# Seconds that one command on a device may take; less than the document's own time-out.
limit=20

# Exit codes by which the caller tells what happened (194 would mean "reboot" to the agent).
UNFIT=10 STALE=11 LOCKED=12 REFUSED=20 UNREACHABLE=21 CHANGED=22 SILENT=23

fail() { # CODE MESSAGE: one sentence, and nothing more is done
  printf 'edge-ramp: %s\n' "$2" >&2
  exit "$1"
}

need() { # NAME...: an agent that is too old leaves the variables unset
  local name
  for name in "$@"; do
    [ -n "${!name+set}" ] || fail "$UNFIT" "parameter ${name#SSM_} did not arrive: this host's SSM Agent is older than 3.3.2746.0"
  done
}

printing() { # true when commands are only to be shown (plan --commands)
  [ -n "${EDGE_RAMP_PRINT-}" ]
}

# One command at a time on a device; a number lower than the last seen is a command from a run that has been overtaken.
enter() { # DEVICE FENCE DIGEST
  printing && return
  [ -d "$state" ] || mkdir -p "$state" || fail "$UNFIT" "cannot write to $state"
  exec 9>"$state/$1.lock" || fail "$UNFIT" "cannot open the lock $state/$1.lock: is the file system full, or read-only?"
  flock -w 30 9
  case $? in
  0) ;;
  1) fail "$LOCKED" "another command of edge-ramp has held this device for 30 s" ;;
  *) fail "$UNFIT" "cannot take the lock $state/$1.lock: flock failed" ;;
  esac
  keep_words "$root/run/edge-ramp/$1"
  trap leave EXIT
  [ "$2" = 0 ] && return
  local file=$state/$SSM_Tunnel.$1.fence fence=0 digest=- kept=''
  [ ! -e "$file" ] || read_fence "$file" ||
    remark="the fence in $file could not be read and counts as 0 (a power cut may have emptied the file): until this run no command of an overtaken run was held off"
  [ "$2" -ge "$fence" ] || fail "$STALE" "this command is from an overtaken run (fence $2, the device has seen $fence)"
  if [ "$2" -eq "$fence" ] && [ "$digest" != - ] && [ "$3" != - ] && [ "$digest" != "$3" ]; then
    fail "$STALE" "this command is of another plan ($3) than the one this device is carrying out ($digest)"
  fi
  if [ "$2" -eq "$fence" ] && { [ "$3" = - ] || [ "$3" = "$digest" ]; }; then
    touch "$file" # a node's keeper sees by its time that a command has come
  else
    keep_fence "$file" "$2 $3"
  fi || fail "$UNFIT" "cannot keep the fence in $file, so nothing was done: is the file system full, or read-only?"
}

# On the disk before it has its name: a power cut leaves the old text or the new one. By dd, since sync takes a file only from coreutils 8.24 on
# (RHEL 7 has 8.22), and without one waits for every disk of a busy node.
keep_fence() { # FILE TEXT
  dd of="$1.new" conv=fsync 2>/dev/null <<<"$2" && mv "$1.new" "$1"
}

# The fence of a file, in fence, digest and kept: `kept` allows a node's keeper to act (documents/keeper.sh). False: the file holds no fence, which
# counts as none, and the operator hears of it: it must not keep every later command away, a teardown's too.
remark=''
read_fence() { # FILE
  local line=''
  IFS= read -r line 2>/dev/null <"$1"
  [[ $line =~ ^([0-9]{1,15})\ (-|[0-9a-f]+)(\ kept)?$ ]] || return 1
  fence=${BASH_REMATCH[1]} digest=${BASH_REMATCH[2]} kept=${BASH_REMATCH[3]-}
}

# What the last command said on stdout and on stderr, and its exit code. What is parsed is $said alone: a tool may warn on stderr and be right.
said='' complaint='' code=0

# Where both go meanwhile: into files, since $(...) costs a process more, and a long complaint would fill a pipe; in memory, since /var may be full.
# Where that takes no file a complaint is lost, and nothing else.
words_in=''
keep_words() { # FILE: before its names; of one process at a time
  [ -d "${1%/*}" ] || mkdir -p "${1%/*}" 2>/dev/null
  { printf . >"$1.stdout" && : >"$1.stderr"; } 2>/dev/null || return 0
  words_in=$1
}

leave() { # a device keeps no file that only this script needed
  [ -z "$words_in" ] || rm -f "$words_in.stdout" "$words_in.stderr"
}

capture() { # COMMAND...: one command on this host, in said, complaint and code; 124: it did not end within $limit s
  capture_unlimited timeout "$limit" "$@"
}

capture_unlimited() { # COMMAND...: however long it takes
  local text
  if [ -z "$words_in" ]; then
    said=$("$@" 2>/dev/null 9>&-)
    code=$? complaint=''
    return
  fi
  code=''
  { "$@"; code=$?; printf .; } >"$words_in.stdout" 2>"$words_in.stderr" 9>&-
  content "$words_in.stderr" && complaint=$text
  content "$words_in.stdout"
  # Its last character is ours: what came before it is all there.
  { [ -n "$code" ] && [ "${text: -1}" = . ]; } || fail "$UNFIT" "cannot keep what $1 says in $words_in.stdout: is the file system full, or read-only?"
  said=${text%.}
  while [ "${said: -1}" = "$newline" ]; do said=${said%"$newline"}; done
}

content() { # FILE: in text, without zero bytes and the last newline, and without a process
  local part=''
  text=''
  while IFS= read -r -d '' part; do text+=$part; done <"$1"
  text+=$part
  text=${text%"$newline"}
}

consult() { # COMMAND...: as capture; one that does not end ends the script
  capture "$@"
  [ "$code" -ne 124 ] || fail "$SILENT" "$* did not end within $limit s"
}

its_words() { # what a command that failed said, for a sentence
  brief "$complaint${said:+${complaint:+ }$said}"
}

# One change on this host. What it says when it fails goes to the caller, word for word.
run() { # COMMAND...
  if printing; then
    printf '%s\n' "$*"
    return
  fi
  printf '> %s\n' "$*" # the last such line tells where a script was that got stopped
  consult "$@"
  [ "$code" -eq 0 ] || fail "$REFUSED" "$* answered (exit code $code): $(its_words)"
}

# Blanks never count: iproute2 of RHEL 7.3 and before prints two where later ones print one. Before bash 4.4 an array without elements is unset (LX-14).
words=''
in_words() { # TEXT: into $words, with one blank around each of its words
  local IFS=$' \t\n'
  local -a split
  # shellcheck disable=SC2206 # words are what is asked for; file names are not expanded (set -f)
  split=($1)
  words=" ${split[*]-} "
}

brief() { # TEXT: on one line, 400 characters at most
  local short
  shorten "$1"
  printf '%s' "$short"
}

shorten() { # TEXT: as brief, in short
  short=${1//$newline/ }
  short=${short:0:400}
}

# Hands each operation to carry_out, each question to question: every kind of device has its own.
carry_out_all() {
  local operation verb object from to
  IFS='|' read -r -a operations <<<"$SSM_Operations"
  for operation in "${operations[@]}"; do
    IFS='~' read -r verb object from to <<<"$operation"
    carry_out "$verb" "${object%% *}" "${object#* }" "$from" "$to"
  done
}

answer_all() {
  local -a questions
  local words
  IFS='|' read -r -a questions <<<"$SSM_Questions"
  for words in "${questions[@]}"; do
    question $words
  done
  [ -z "$remark" ] || answer remark 0 "$remark"
  finish
}

# Answers: a question, what the device said to it line by line, of a command that failed its complaint, and its exit code; at the end a mark by
# which a cut answer is known.
answers=
answer() { # QUESTION CODE STDOUT [STDERR]
  local complaint=${4-}
  answers+="?$1$newline"
  [ -z "$3" ] || answers+="|${3//$newline/$newline|}$newline"
  if [ "$2" != 0 ] && [ -n "$complaint" ]; then
    complaint=${complaint//$newline/ }
    answers+="!${complaint:0:400}$newline"
  fi
  answers+="=$2$newline"
}

# Run Command hands on the first 24,000 characters, and the end mark is one of them.
finish() {
  [ "${#answers}" -le 23900 ] || fail "$UNFIT" "what it says of all that was asked is ${#answers} characters, more than the 24000 that Systems Manager hands on"
  local lines sum
  answers=${answers%"$newline"} # a here-document ends with one
  mapfile -t lines <<<"$answers"
  sum=$(sha256sum <<<"$answers")
  printf '%s\n.%s %s\n' "$answers" "${#lines[@]}" "${sum:0:16}"
}

ask() { # QUESTION COMMAND...: the command's own words are the answer, whatever its exit code
  consult "${@:2}"
  answer "$1" "$code" "$said" "$complaint"
}
