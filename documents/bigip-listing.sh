# What tmsh lists, understood. Blanks and the order of properties mean nothing; anything that is no listing is not taken for one.

# Takes off what tmsh may say around a listing: notices of its own, and its question, but only in front of objects (BIP-30).
notice='^\[api-status-warning\]' whether='^Display all [0-9]+ items\? \(y/n\)[[:space:]]*'
leave_the_listing() {
  case $said in *'[api-status-warning]'* | 'Display all '*) ;; *) return 0 ;; esac
  local line kept=''
  while IFS= read -r line; do
    [[ $line =~ $notice ]] || kept+=$line$newline
  done <<<"$said"
  said=${kept%"$newline"}
  if [[ $said =~ $whether && $said != "${BASH_REMATCH[0]}" ]]; then said=${said#"${BASH_REMATCH[0]}"}; fi
}

keep_virtuals() { # PATH...: of a listing that has each of these once, and nothing else
  local start='^[[:space:]]*ltm[[:space:]]+virtual[[:space:]]+([^[:space:]{]+)[[:space:]]*(\{.*)$' line path=''
  local -a each
  local -A texts=()
  while IFS= read -r line; do
    if [[ $line =~ $start ]]; then
      full "${BASH_REMATCH[1]}"
      [ -z "${texts[$path]+twice}" ] || return 1
      texts[$path]="ltm virtual ${BASH_REMATCH[2]}"
    elif [ -n "${line//[[:space:]]/}" ]; then
      [ -n "$path" ] || return 1
      read -r -a each <<<"$line"
      texts[$path]+=" ${each[*]-}"
    fi
  done <<<"$said"
  [ "${#texts[@]}" -eq "$#" ] || return 1
  for path in "$@"; do [ -n "${texts[$path]+listed}" ] || return 1; done
  for path in "$@"; do
    said=${texts[$path]}
    keep "virtual $path"
  done
}

# One listed object: its path in object, and in property what it has, in the words of an operation's value (lib/tunnel/bigip).
declare -A property=()
read_object() { # TEXT: fails on anything but one object
  local rest=$1 depth=0 name='' word whole=''
  local token='^[[:space:]]*("([^"\]|\\.)*"|[{}]|[^[:space:]{}"]+)'
  object='' property=([description]=none [allow-service]=none)
  while [[ $rest =~ $token ]]; do
    word=${BASH_REMATCH[1]}
    rest=${rest:${#BASH_REMATCH}}
    case $word in
    '{') depth=$((depth + 1)) ;;
    '}')
      depth=$((depth - 1))
      [ "$depth" -gt 1 ] || name=''
      [ "$depth" -gt 0 ] || { whole=yes && break; }
      ;;
    *) read_word ;;
    esac
  done
  [ -n "$whole" ] && [ -n "$object" ] && [ -z "${rest//[[:space:]]/}" ] || return 1
  # A route may be listed without the network that is its name (BIP-8), and a virtual server without a translation (BIP-12).
  [ -n "${property[network]-}" ] || property[network]=${object##* }
  name=${property[source-address-translation]-none}
  set -- ${name//,/ }
  [ "$1" != none ] || set -- type none
  while [ $# -ge 2 ]; do
    property[$1]=$2
    shift 2
  done
}

read_word() { # of read_object: of the path, the name of a property, or a word of its value; words in braces are joined by commas
  case $word in '"'*'"') word=${word:1:${#word}-2} word=${word//\\/} ;; esac
  word=${word#/Common/} word=${word//%/%25} word=${word// /%20}
  if [ "$depth" -eq 0 ]; then
    object+=${object:+ }$word
  elif [ -z "$name" ]; then
    name=${word:-?}
    property[$name]=''
    [ "$name" != blackhole ] || name='' # the one property without a value
  else
    property[$name]+=${property[$name]:+,}$word
    [ "$depth" -gt 1 ] || name=''
  fi
}

holds() { # VALUE TEXT: the object that is listed has this value
  read_object "$2" || return 1
  set -- $1
  while [ $# -ge 2 ]; do
    same "$2" "${property[$1]-}" || return 1
    shift 2
  done
}

same() { # LIST LIST: in whatever order
  local each
  [ "${#1}" -eq "${#2}" ] || return 1
  for each in ${1//,/ }; do
    case ,$2, in *",$each,"*) ;; *) return 1 ;; esac
  done
}
