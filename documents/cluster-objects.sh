# What the cluster's scripts know of oc and of what it shows (lib/tunnel/cluster). The project is always default.
need SSM_Tunnel SSM_Fence SSM_Kubeconfig
oc=(oc --config "$SSM_Kubeconfig")
prefix=edge-ramp # of the annotations by which tunnels claim what they share: edge-ramp/TUNNEL.label.KEY=VALUE

look() { # WORDS...: asks the cluster; what came of it, as `capture` has it
  capture "${oc[@]}" "$@"
  [ "$code" -ne 124 ] || fail "$SILENT" "oc $1 $2 did not end within $limit s"
  [ "$code" -ne 127 ] || fail "$UNFIT" "this host has no oc"
}

# An answer field by field. In front of each stands a mark that is drawn for this one answer, so no value of a cluster's objects forges a field: a
# line without the mark goes on with the value before. Without the field `end` the answer is not whole.
mark=''
draw_mark() {
  read -r mark </proc/sys/kernel/random/uuid
}

look_at() { # TEMPLATE WORDS...: `;NAME {PATH}` is a field; of each comes a line `NAME VALUE` in $said
  local template=$1 begin line fields=''
  shift
  draw_mark
  begin='{"\n"}'$mark' '
  look "$@" -o "jsonpath=${template//;/$begin}${begin}end"
  [ "$code" -eq 0 ] || return
  case $said in '' | 'No resources found.') said='' && return ;; esac # an empty list, with some clients
  while IFS= read -r line; do
    case $line in
    "$mark "*) fields+=$'\n'${line#"$mark "} ;;
    *) fields+=" $line" ;;
    esac
  done <<<"$said"
  case $fields in *$'\nend') ;; *) fail "$REFUSED" "oc $1 $2 gave an answer without its end: $(brief "$said")" ;; esac
  fields=${fields#*$'\n'}
  said=${fields%end}
}

field() { # VARIABLE NAME: its value in $said
  line_of "$1" "$2" "$said"
}

# A cluster is asked many things, and a process costs some milliseconds: what is found is put into a variable, not printed.
line_of() { # VARIABLE NAME TEXT: what stands behind a name that begins a line; nothing: there is no such line
  local rest=$'\n'$3
  printf -v "$1" %s ''
  case $rest in *$'\n'"$2 "*) ;; *) return 0 ;; esac
  rest=${rest#*$'\n'"$2 "}
  printf -v "$1" %s "${rest%%$'\n'*}"
}

# What `oc adm ipfailover` is told; clients before 3.5 lack two of them (OS-50).
failover_options='--virtual-ips --interface --watch-port --check-script --check-interval --replicas --service-account --selector --vrrp-id-offset'

offers() { # COMMAND WORD: whether this client has `oc adm COMMAND`; one that has not prints the help of `oc adm`, or an error
  look adm "$1" --help
  [ "$code" -eq 0 ] && says "$2"
}

says() { # WORD: whether it stands in $said, as a word
  case " $said " in *[!A-Za-z0-9_]"$1"[!A-Za-z0-9_]*) ;; *) return 1 ;; esac
}

# A map prints as map[k:v k:v] (3.11) or {"k":"v"} (newer). What labels and selectors consist of has neither blanks nor quotes.
pairs() { # MAP: sets pairs to ` k:v k:v `
  local text=$1
  case $text in
  'map['*) text=${text#'map['} && text=${text%]} ;;
  '{'*) text=${text#'{'} && text=${text%'}'} && text=${text//'","'/ } && text=${text//'":"'/:} && text=${text//'"'/} ;;
  esac
  pairs=" $text "
}

# The annotations of edge-ramp among others, `NAME VALUE` a line. `oc apply` keeps a copy of an object in another annotation: there
# they stand in quotes (3.11), or in escaped ones (newer).
annotations() { # VARIABLE MAP
  local rest=$2 found='' pattern="[[ ]$prefix/([A-Za-z0-9._-]+):([A-Za-z0-9._=-]+)"
  case $2 in '{'*) pattern="[{,]\"$prefix/([A-Za-z0-9._-]+)\":\"([A-Za-z0-9._=-]+)\"" ;; esac
  while [[ $rest =~ $pattern ]]; do
    found+="${BASH_REMATCH[1]} ${BASH_REMATCH[2]}"$'\n'
    rest=${rest#*"${BASH_REMATCH[0]}"}
  done
  printf -v "$1" %s "$found"
}

# What a shared thing is (`-`: it is not there), and the claims on it, `TUNNEL.THING VALUE` a line.
is='' claims=''

node_now='' schedulable='' labels=''
look_at_node() { # NODE: remembered, several things are asked of each
  [ "$node_now" != "$1" ] || return 0
  local text
  node_now=''
  look_at ';unschedulable {.spec.unschedulable};labels {.metadata.labels};annotations {.metadata.annotations}' get node "$1" || return 1
  field text unschedulable
  case $text in true) schedulable=off ;; *) schedulable=on ;; esac
  field text labels
  pairs "$text"
  labels=$pairs
  field text annotations
  annotations node_claims "$text"
  node_now=$1
  return 0
}

look_at_account() { # ACCOUNT
  local text
  is=- claims=''
  look_at ';name {.metadata.name};annotations {.metadata.annotations}' get serviceaccount "$1" -n default
  case $code:$complaint in
  0:*)
    is=present
    field text annotations
    annotations claims "$text"
    ;;
  *'(NotFound)'*) ;;
  *) return 1 ;;
  esac
  return 0 # also without any annotation of ours
}

look_at_thing() { # KIND NAME [KEY]: sets is and claims; fails with oc's words in $complaint
  local found text
  case $1 in
  label)
    look_at_node "$2" || return
    claims=$node_claims
    case $labels in
    *" $3:"*) found=${labels#*" $3:"} && is=${found%% *} && is=${is:-=} ;;
    *) is=- ;;
    esac
    ;;
  scheduling) look_at_node "$2" && is=$schedulable claims=$node_claims ;;
  account) look_at_account "$2" ;;
  scc)
    look_at_account "$2" || return
    look_at ';users {.users}' get scc privileged || return
    field text users
    items text "$text"
    case $text in *" system:serviceaccount:default:$2 "*) is=granted ;; *) is=- ;; esac
    ;;
  esac
}

thing() { # VARIABLE KIND NAME [KEY]: how claims call it
  case $2 in label) printf -v "$1" 'label.%s' "$4" ;; *) printf -v "$1" %s "$2" ;; esac
}

own() { # VARIABLE THING: what our claim says was there first; nothing: we have none
  line_of "$1" "$SSM_Tunnel.$2" "$claims"
}

others() { # VARIABLE THING: the claims of other tunnels, `TUNNEL VALUE` a line
  local line tunnel found=''
  while IFS= read -r line; do
    tunnel=${line%%".$2 "*}
    [ "$tunnel" != "$line" ] || continue
    case $tunnel in "$SSM_Tunnel" | '' | [!a-z]* | *[!a-z0-9-]*) ;; *) found+="$tunnel ${line#*".$2 "}"$'\n' ;; esac
  done <<<"$claims"
  printf -v "$1" %s "$found"
}

value() { # VARIABLE THING: the canonical value of what was looked at, or `-`
  local before
  own before "$2"
  case "$is $before" in
  '- ') printf -v "$1" %s - ;;
  *' ') printf -v "$1" 'is %s' "$is" ;;
  *) printf -v "$1" 'is %s first %s' "$is" "$before" ;;
  esac
}

# All ipfailover objects, of all projects, one after another: `dc PROJECT NAME` and what it consists of, line by line.
failovers='' failovers_code='' failovers_complaint=''
look_at_failovers() {
  local each=';dc {.metadata.namespace} {.metadata.name};replicas {.spec.replicas};available {.status.availableReplicas}'
  each+=';strategy {.spec.strategy.type};account {.spec.template.spec.serviceAccountName};network {.spec.template.spec.hostNetwork}'
  each+=';selector {.spec.template.spec.nodeSelector};owner {.metadata.annotations.edge-ramp/tunnel}'
  look_at "{range .items[*]}$each{range .spec.template.spec.containers[0].env[*]};env {.name}={.value}{end}{end}" \
    get dc --all-namespaces -l ipfailover
  failovers=$said failovers_code=$code failovers_complaint=$complaint
  each_failover elsewhere
  [ -z "$found" ] || look_at_rights
}

elsewhere() {
  [ "$project" = default ] || found=yes
}

# Whoever may make objects in a project may label one `ipfailover`. It has to do with the nodes' network only where an SCC lets its account, or a
# group that every account is of, use that. Rights that roles give are not seen.
allowed=''
look_at_rights() { # who may use the nodes' network: ` USER GROUP ... `
  local line text host=''
  allowed=''
  look_at '{range .items[*]};scc {.metadata.name};host {.allowHostNetwork};users {.users};groups {.groups}{end}' get scc
  [ "$code" -eq 0 ] || return 0
  while IFS= read -r line; do
    case $line in
    'scc '*) host='' ;;
    'host true') host=yes ;;
    'users '* | 'groups '*)
      items text "${line#* }"
      [ -z "$host" ] || allowed+=$text
      ;;
    esac
  done <<<"$said"
}

may_run() { # whether the one that each_failover is at can hold an address on the nodes' network
  [ "$project" != default ] || return 0
  [ "$network" = true ] && [ "$replicas $available" != '0 0' ] || return 1
  case $allowed in
  *" system:serviceaccount:$project:$account "* | *" system:serviceaccounts:$project "*) ;;
  *' system:serviceaccounts '* | *' system:authenticated '*) ;;
  *) return 1 ;;
  esac
}

items() { # VARIABLE LIST: ` a b `, however it prints: [a b] or ["a","b"]
  printf -v "$1" ' %s ' "${2//[][\",]/ }"
}

# Calls a function for each of them, with its fields in these variables. What they add to found is the outcome.
found=''
each_failover() { # FUNCTION ARGUMENTS...
  local project='' name='' replicas available strategy account network selector owner vips interface port offset check other line text
  found=''
  while IFS= read -r line; do
    text=${line#* }
    case $line in
    'dc '*)
      [ -z "$name" ] || "$@"
      project=${text%% *} name=${text#* } replicas=0 available=0 strategy=Recreate account=default network='' selector=- owner=''
      vips=- interface=- port=80 offset=0 check=none other=''
      ;;
    'replicas '?*) replicas=$text ;;
    'available '?*) available=$text ;;
    'strategy '?*) strategy=$text ;;
    'account '?*) account=$text ;;
    'network '?*) network=$text ;;
    'selector '?*) selection "$text" ;;
    'owner '?*) one_word owner "$text" ;;
    'env OPENSHIFT_HA_VIRTUAL_IPS='?*) text=${text#*=} && one_word vips "${text//[[:space:]]/}" ;;
    'env OPENSHIFT_HA_NETWORK_INTERFACE='?*) one_word interface "${text#*=}" ;;
    'env OPENSHIFT_HA_MONITOR_PORT='?*) one_word port "${text#*=}" ;;
    'env OPENSHIFT_HA_VRRP_ID_OFFSET='?*) one_word offset "${text#*=}" ;;
    'env OPENSHIFT_HA_CHECK_SCRIPT='?*)
      text=${text#*=} check=other
      line=${text#*'grep -qx .*'} line=${line%% *}
      case $line in *[!0-9.]*) ;; *) [ "$text" != "$(check_script "$line")" ] || check=$line ;; esac
      [ "$check" != other ] || other+="env OPENSHIFT_HA_CHECK_SCRIPT=$text"$'\n'
      ;;
    'env '*=?*) other+="$line"$'\n' ;;
    esac
  done <<<"$failovers"
  [ -z "$name" ] || "$@"
}

# A word of a canonical value has none of the signs between words, and no value makes an answer too long. Anything else is `?`: nobody could put it back.
one_word() { # VARIABLE VALUE; of the object that each_failover is at
  if [ "${#2}" -le 200 ] && [[ $2 != *[!A-Za-z0-9._,:/=-]* ]]; then
    printf -v "$1" %s "$2"
  else
    printf -v "$1" '?'
    other+="$line"$'\n'
  fi
}

selection() { # MAP: sets selector to k=v,k=v in order. No fork where it is one label, as it mostly is: a cluster may have many objects
  local each
  local -a sorted
  pairs "$1"
  set -- $pairs
  sorted=("$@")
  [ "$#" -lt 2 ] || mapfile -t sorted < <(printf '%s\n' "$@" | sort)
  selector=''
  for each in ${sorted[@]+"${sorted[@]}"}; do selector+=",${each%%:*}=${each#*:}"; done
  selector=${selector#,}
  selector=${selector:--}
}

failover_value() { # VARIABLE: the canonical value of the one that each_failover is at
  printf -v "$1" 'vip %s interface %s port %s check %s offset %s replicas %s account %s selector %s%s' \
    "$vips" "$interface" "$port" "$check" "$offset" "$replicas" "$account" "$selector" "${owner:+ owner edge-ramp:$owner}"
}
