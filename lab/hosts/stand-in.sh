#!/bin/bash
# Stands in for one command on a simulated host's PATH (it is linked there under the command's name). It hands host, command, arguments and what
# the command would read to the lab process over a socket and gives back exit code, stdout and stderr. Bash only: it must cost milliseconds.
command=${0##*/}

refuse() {
  printf '%s: %s\n' "$command" "$2" >&2
  exit "$1"
}

scale() { # whole seconds without another process: it is what the scripts give
  if [[ $1 =~ ^[0-9]+$ && $EDGE_RAMP_LAB_SPEED =~ ^[0-9]+$ ]]; then
    local milliseconds=$(($1 * 1000 / EDGE_RAMP_LAB_SPEED))
    printf '%d.%03d' $((milliseconds / 1000)) $((milliseconds % 1000))
  else
    LC_ALL=C awk -v text="$1" -v speed="$EDGE_RAMP_LAB_SPEED" 'BEGIN { unit = text ~ /m$/ ? 60 : text ~ /h$/ ? 3600 : 1; printf "%.3f", text * unit / speed }'
  fi
}

case $command in
sleep) # whole seconds pass at the lab's speed; less than that is how fast a script looks, and scripts run as fast as they do
  [[ $1 =~ ^[0-9]+$ ]] || exec /usr/bin/sleep "$@"
  exec /usr/bin/sleep "$(scale "$1")"
  ;;
timeout) # really runs the command, with its seconds divided by the lab's speed
  options=()
  while [[ $1 == -* ]]; do
    case $1 in
    -k | --kill-after) options+=(-k "$(scale "$2")") && shift ;;
    --kill-after=*) options+=(-k "$(scale "${1#*=}")") ;;
    -s) options+=(-s "$2") && shift ;;
    *) options+=("$1") ;;
    esac
    shift
  done
  # A command takes as long as it takes, however fast the lab is: it gets up to 5 s on top, so that a busy machine is no silent device.
  slack=5
  [[ $EDGE_RAMP_LAB_SPEED != 1 ]] || slack=0
  limit=$(scale "$1")
  exec /usr/bin/timeout "${options[@]}" "$((${limit%%.*} + slack)).${limit#*.}" "${@:2}"
  ;;
aws) # asks the endpoint that the AWS command line tool would ask; as version 1, it finds a region by an option or AWS_DEFAULT_REGION alone
  LC_ALL=C # lengths in bytes
  declare -A option=([--region]=${AWS_DEFAULT_REGION-} [--secret-id]='' [--query]='' [--output]='')
  for ((i = 3; i < $#; i += 2)); do
    [[ -n ${option[${!i}]+known} ]] || refuse 127 "not modelled: $*"
    option[${!i}]=${*:i+1:1}
  done
  [[ "$1 $2 ${option[--query]} ${option[--output]}" == 'secretsmanager get-secret-value SecretString text' ]] || refuse 127 "not modelled: $*"
  [[ -n ${option[--region]} ]] || { printf '\nYou must specify a region. You can also configure your region by running "aws configure".\n' >&2 && exit 255; }
  endpoint=${AWS_ENDPOINT_URL_SECRETS_MANAGER#http://} && endpoint=${endpoint%%/*}
  exec 3<>"/dev/tcp/${endpoint%:*}/${endpoint##*:}" || refuse 255 "Could not connect to the endpoint URL: \"$AWS_ENDPOINT_URL_SECRETS_MANAGER\""
  body="{\"SecretId\":\"${option[--secret-id]}\"}"
  printf '%s\r\n' 'POST / HTTP/1.1' "Host: $endpoint" 'X-Amz-Target: secretsmanager.GetSecretValue' 'Content-Type: application/x-amz-json-1.1' \
    "Content-Length: ${#body}" 'Connection: close' '' >&3
  printf '%s' "$body" >&3
  answer=$(cat <&3)
  text='"(([^"\\]|\\.)*)"' # a JSON string
  if [[ $answer =~ \"SecretString\"\ *:\ *$text ]]; then
    secret=${BASH_REMATCH[1]//\\\//\/}
    secret=${secret//\\\"/\"}
    printf '%b\n' "$secret"
    exit 0
  fi
  [[ $answer =~ \"__type\"\ *:\ *$text ]] && kind=${BASH_REMATCH[1]##*#}
  [[ $answer =~ \"[Mm]essage\"\ *:\ *$text ]] && message=${BASH_REMATCH[1]}
  printf '\nAn error occurred (%s) when calling the GetSecretValue operation: %s\n' "${kind-Unknown}" "${message-}" >&2
  exit 254
  ;;
esac

LC_ALL=C input='' known='' keys=''
case $command in
ovs-ofctl) [[ ${*: -1} == - ]] && IFS= read -r -d '' input ;;
ssh) # what only the caller's process can see: its pinned host keys and its agent; and ssh eats the input of a loop around it unless -n is given
  for word; do [[ $word == *UserKnownHostsFile[=\ ]* ]] && known+=$(cat -- "${word#*UserKnownHostsFile?}" 2>/dev/null)$'\n'; done
  keys=$(/usr/bin/ssh-add -L 2>/dev/null)
  [[ " $* " == *' -n '* || -t 0 ]] || IFS= read -r -d '' -t 0.01 _
  ;;
esac

exec 3<>"/dev/tcp/127.0.0.1/$EDGE_RAMP_LAB_PORT" || refuse 255 'the lab process is gone'
printf '%s\0' "$EDGE_RAMP_LAB_HOST" "$command" "$input" "$known" "$keys" "$#" "$@" >&3
if ! { IFS= read -r -d '' code && IFS= read -r -d '' out && IFS= read -r -d '' err; } <&3; then
  refuse 255 'the lab process went away'
fi
printf '%s' "$out"
printf '%s' "$err" >&2
exit "$code"
