#!/bin/bash
# Stands in for the commands of a simulated host. bash reads this file before a script (BASH_ENV) and has each command as a function: a call costs no
# process. For all else (sh, env, xargs) the host's PATH has links to it under the commands' names. What waits passes at the lab's speed; what works
# is given the seconds it was given, in real time, or EDGE_RAMP_LAB_PATIENCE times as many: only the lab knows whether a command hangs, and says so.

lab_refuse() { # COMMAND CODE WORDS
  printf '%s: %s\n' "$1" "$3" >&2
  return "$2"
}

lab_seconds() { # TEXT: as sleep and timeout take them, in milliseconds
  local whole=${1%[smh]} part=000 unit=1
  case $1 in *m) unit=60 ;; *h) unit=3600 ;; esac
  case $whole in *.*) part=${whole#*.}000 && whole=${whole%%.*} ;; esac
  milliseconds=$(((10#${whole:-0} * 1000 + 10#${part:0:3}) * unit))
}

lab_connect() { # COMMAND: opens the way to the lab process
  { exec {lab}<>"/dev/tcp/127.0.0.1/$EDGE_RAMP_LAB_PORT"; } 2>/dev/null || lab_refuse "$1" 255 'the lab process is gone'
}

sleep() { # less than a second is how fast a script looks, and scripts run as fast as they do; the lab, asked nothing, says nothing
  local lab milliseconds
  lab_seconds "$1"
  case $1 in *.*) ;; *) milliseconds=$((milliseconds / EDGE_RAMP_LAB_SPEED)) ;; esac
  lab_connect sleep || return
  printf -v milliseconds '%d.%03d' $((milliseconds / 1000)) $((milliseconds % 1000))
  IFS= read -r -t "$milliseconds" -u "$lab" _
  exec {lab}>&-
}

timeout() { # lets the lab know within which time an answer has to come
  local options=() milliseconds
  while [[ $1 == -* ]]; do
    options+=("$1")
    case $1 in -k | -s) options+=("$2") && shift ;; esac
    shift
  done
  lab_seconds "$1"
  local -x EDGE_RAMP_LAB_WITHIN=$((milliseconds * ${EDGE_RAMP_LAB_PATIENCE:-1}))
  if declare -F -- "$2" >/dev/null; then "${@:2}"; else ${lab_program:+exec} /usr/bin/timeout ${options[@]+"${options[@]}"} "$@"; fi
}

env() {
  if declare -F -- "$1" >/dev/null; then "$@"; else command env "$@"; fi
}

aws() { # asks the endpoint that the AWS command line tool would ask; as version 1, it finds a region by an option or AWS_DEFAULT_REGION alone
  local LC_ALL=C i endpoint body way line answer='' secret kind=Unknown message='' text='"(([^"\\]|\\.)*)"' # a JSON string, lengths in bytes
  local -A option=([--region]=${AWS_DEFAULT_REGION-} [--secret-id]='' [--query]='' [--output]='')
  for ((i = 3; i < $#; i += 2)); do
    [[ -n ${option[${!i}]+known} ]] || { lab_refuse aws 127 "not modelled: $*" || return; }
    option[${!i}]=${*:i+1:1}
  done
  [[ "$1 $2 ${option[--query]} ${option[--output]}" == 'secretsmanager get-secret-value SecretString text' ]] || { lab_refuse aws 127 "not modelled: $*" || return; }
  [[ -n ${option[--region]} ]] || { printf '\nYou must specify a region. You can also configure your region by running "aws configure".\n' >&2 && return 255; }
  endpoint=${AWS_ENDPOINT_URL_SECRETS_MANAGER#http://} && endpoint=${endpoint%%/*}
  { exec {way}<>"/dev/tcp/${endpoint%:*}/${endpoint##*:}"; } 2>/dev/null || { lab_refuse aws 255 "Could not connect to the endpoint URL: \"$AWS_ENDPOINT_URL_SECRETS_MANAGER\"" || return; }
  body="{\"SecretId\":\"${option[--secret-id]}\"}"
  printf '%s\r\n' 'POST / HTTP/1.1' "Host: $endpoint" 'X-Amz-Target: secretsmanager.GetSecretValue' 'Content-Type: application/x-amz-json-1.1' \
    "Content-Length: ${#body}" 'Connection: close' '' >&"$way"
  printf '%s' "$body" >&"$way"
  while IFS= read -r line || [[ -n $line ]]; do answer+=$line$'\n'; done <&"$way"
  exec {way}>&-
  if [[ $answer =~ \"SecretString\"\ *:\ *$text ]]; then
    secret=${BASH_REMATCH[1]//\\\//\/}
    secret=${secret//\\\"/\"}
    printf '%b\n' "$secret"
    return
  fi
  [[ $answer =~ \"__type\"\ *:\ *$text ]] && kind=${BASH_REMATCH[1]##*#}
  [[ $answer =~ \"[Mm]essage\"\ *:\ *$text ]] && message=${BASH_REMATCH[1]}
  printf '\nAn error occurred (%s) when calling the GetSecretValue operation: %s\n' "$kind" "$message" >&2
  return 254
}

# What only the caller's process can see: the pinned host keys, and where its agent is.
ssh() { # and it eats the input of a loop around it unless -n is given
  local known='' text='' word
  for word; do
    case $word in
    *UserKnownHostsFile[=\ ]*) IFS= read -r -d '' text 2>/dev/null <"${word#*UserKnownHostsFile?}" || known+=$text$'\n' ;;
    esac
  done
  [[ " $* " == *' -n '* || -t 0 ]] || IFS= read -r -d '' -t 0.01 _
  lab_call ssh '' "$known" "${SSH_AUTH_SOCK-}" "$@"
}

ovs-ofctl() {
  local flows=''
  case ${*: -1} in - | /dev/stdin) IFS= read -r -d '' flows ;; esac
  lab_call ovs-ofctl "$flows" '' '' "$@"
}

# Hands host, command, its input, ssh's own and arguments to the lab, and gives back exit code, stdout and stderr. Each answer begins with a line that tells
# lengths in bytes: up to a delimiter bash reads a socket byte by byte, and a bridge's flows are some ten thousand.
lab_call() { # COMMAND INPUT KNOWN-HOSTS AGENT ARGUMENTS...
  local LC_ALL=C lab code first second ended out err within=${EDGE_RAMP_LAB_WITHIN-}
  lab_connect "$1" || return
  printf '%s\0' "$EDGE_RAMP_LAB_HOST" "$within" "${@:1:4}" $(($# - 4)) "${@:5}" >&"$lab"
  while :; do
    IFS=' ' read -r ${within:+-t $(((within + 999) / 1000))} -u "$lab" code first second
    ended=$?
    [[ $ended == 0 && $code == to ]] || break
    lab_read "$second" out && printf '%s' "$out" >&"$first"
  done
  case $ended in
  0) lab_read "$first" out && lab_read "$second" err ;;
  1) false ;;
  *) code=124 out='' err='' ;;
  esac || lab_refuse "$1" 255 'the lab process went away' || return
  exec {lab}>&-
  printf '%s' "$out"
  printf '%s' "$err" >&2
  return "$code"
}

lab_read() { # LENGTH VARIABLE
  printf -v "$2" %s ''
  [[ $1 == 0 ]] || IFS= read -r -N "$1" -u "$lab" "${2?}"
}

for lab_name in $EDGE_RAMP_LAB_COMMANDS; do
  declare -F -- "$lab_name" >/dev/null || eval "$lab_name() { lab_call $lab_name '' '' '' \"\$@\"; }"
done
unset lab_name
if [[ ${BASH_SOURCE[0]} == "$0" ]]; then # called by its name
  lab_program=yes
  "${0##*/}" "$@"
  exit
fi
