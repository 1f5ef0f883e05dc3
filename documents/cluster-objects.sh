# What the cluster's scripts know of oc and of what it shows (lib/tunnel/cluster/objects.ts). The project is always default.
need SSM_Tunnel SSM_Fence SSM_Kubeconfig
oc=(oc --config "$SSM_Kubeconfig")
prefix=edge-ramp # of the annotations by which tunnels claim what they share: edge-ramp/TUNNEL.label.KEY=VALUE

look() { # WORDS...: asks the cluster; what came of it, as `capture` has it
  capture "${oc[@]}" "$@"
  [ "$code" -ne 124 ] || fail "$SILENT" "oc $1 $2 did not end within $limit s"
  [ "$code" -ne 127 ] || fail "$UNFIT" "this host has no oc"
}

offers() { # COMMAND WORD: whether this client has `oc adm COMMAND`; one that has not prints the help of `oc adm`, or an error
  look adm "$1" --help
  [ "$code" -eq 0 ] && grep -qw -e "$2" <<<"$said"
}

# A map prints as map[k:v k:v] (3.11) or {"k":"v"} (newer). What labels and selectors consist of has neither blanks nor quotes.
pairs() { # MAP: ` k:v k:v `
  local text=$1
  case $text in
  'map['*) text=${text#'map['} && text=${text%]} ;;
  '{'*) text=${text#'{'} && text=${text%'}'} && text=${text//'","'/ } && text=${text//'":"'/:} && text=${text//'"'/} ;;
  esac
  printf ' %s ' "$text"
}

# The annotations of edge-ramp among others, `NAME VALUE` a line. `oc apply` keeps a copy of an object in another annotation: there
# they stand in quotes (3.11), or in escaped ones (newer).
annotations() { # MAP
  case $1 in
  '{'*) grep -oE "[{,]\"$prefix/[A-Za-z0-9._-]+\":\"[A-Za-z0-9._=-]+\"" <<<"$1" ;;
  *) grep -oE "(\\[| )$prefix/[A-Za-z0-9._-]+:[A-Za-z0-9._=-]+" <<<"$1" ;;
  esac | sed -e 's/"//g' -e 's/^[^/]*\///' -e 's/:/ /'
}

# What a shared thing is (`-`: it is not there), and the claims on it, `TUNNEL.THING VALUE` a line.
is='' claims=''

node_now='' schedulable='' labels=''
look_at_node() { # NODE: remembered, several things are asked of each
  [ "$node_now" != "$1" ] || return 0
  node_now=''
  look get node "$1" -o 'jsonpath=unschedulable={.spec.unschedulable}{"\n"}labels={.metadata.labels}{"\n"}annotations={.metadata.annotations}'
  [ "$code" -eq 0 ] || return 1
  case $(sed -n 's/^unschedulable=//p' <<<"$said") in true) schedulable=off ;; *) schedulable=on ;; esac
  labels=$(pairs "$(sed -n 's/^labels=//p' <<<"$said")")
  node_claims=$(annotations "${said#*annotations=}")
  node_now=$1
  return 0
}

look_at_account() { # ACCOUNT
  is=- claims=''
  look get serviceaccount "$1" -n default -o 'jsonpath=name={.metadata.name}{"\n"}annotations={.metadata.annotations}'
  case $code:$complaint in
  0:*) is=present claims=$(annotations "${said#*annotations=}") ;;
  *'(NotFound)'*) ;;
  *) return 1 ;;
  esac
  return 0 # also without any annotation of ours
}

look_at_thing() { # KIND NAME [KEY]: sets is and claims; fails with oc's words in $complaint
  local found
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
    look get scc privileged -o 'jsonpath={.users}'
    [ "$code" -eq 0 ] || return
    case " $(tr -s '[]",\n' ' ' <<<"$said") " in *" system:serviceaccount:default:$2 "*) is=granted ;; *) is=- ;; esac
    ;;
  esac
}

thing() { # KIND NAME [KEY]: how claims call it
  case $1 in label) printf 'label.%s' "$3" ;; *) printf '%s' "$1" ;; esac
}

own() { # THING: what our claim says was there first; nothing: we have none
  sed -n "s/^$SSM_Tunnel\\.$1 //p" <<<"$claims"
}

others() { # THING: the claims of other tunnels, `TUNNEL VALUE` a line
  sed -n "s/^\\([a-z][a-z0-9-]*\\)\\.$1 /\\1 /p" <<<"$claims" | grep -v "^$SSM_Tunnel "
}

value() { # THING: the canonical value of what was looked at, or `-`
  local first
  first=$(own "$1")
  case "$is $first" in '- ') printf -- - ;; *' ') printf 'is %s' "$is" ;; *) printf 'is %s first %s' "$is" "$first" ;; esac
}

# All ipfailover objects, of all projects, one after another: `dc PROJECT NAME` and what it consists of, line by line.
failovers='' failovers_code='' failovers_complaint=''
look_at_failovers() {
  look get dc --all-namespaces -l ipfailover -o 'jsonpath={range .items[*]}dc {.metadata.namespace} {.metadata.name}{"\n"}replicas {.spec.replicas}{"\n"}available {.status.availableReplicas}{"\n"}strategy {.spec.strategy.type}{"\n"}account {.spec.template.spec.serviceAccountName}{"\n"}selector {.spec.template.spec.nodeSelector}{"\n"}annotations {.metadata.annotations}{"\n"}{range .spec.template.spec.containers[0].env[*]}env {.name}={.value}{"\n"}{end}{end}'
  failovers=$said failovers_code=$code failovers_complaint=$complaint
}

# Calls a function for each of them, with its fields in these variables.
each_failover() { # FUNCTION ARGUMENTS...
  local project='' name='' replicas available strategy account selector owner vips interface port offset check other line text
  while IFS= read -r line || [ -n "$line" ]; do
    text=${line#* }
    case $line in
    'dc '*)
      [ -z "$name" ] || "$@"
      project=${text%% *} name=${text#* } replicas=0 available=0 strategy=Recreate account=default selector=- owner='' vips=- interface=-
      port=80 offset=0 check=none other=''
      ;;
    'replicas '?*) replicas=$text ;;
    'available '?*) available=$text ;;
    'strategy '?*) strategy=$text ;;
    'account '?*) account=$text ;;
    'selector '?*) selector=$(selection "$text") ;;
    'annotations '?*) owner=$(annotations "$text" | sed -n 's/^tunnel //p') ;;
    'env OPENSHIFT_HA_VIRTUAL_IPS='?*) vips=${text#*=} && vips=${vips//[[:space:]]/} ;;
    'env OPENSHIFT_HA_NETWORK_INTERFACE='?*) interface=${text#*=} ;;
    'env OPENSHIFT_HA_MONITOR_PORT='?*) port=${text#*=} ;;
    'env OPENSHIFT_HA_VRRP_ID_OFFSET='?*) offset=${text#*=} ;;
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

selection() { # MAP: k=v,k=v in order
  local each all=''
  for each in $(pairs "$1" | tr ' ' '\n' | sort); do all+=",${each%%:*}=${each#*:}"; done
  all=${all#,}
  printf '%s' "${all:--}"
}

failover_value() { # of the one that each_failover is at: the canonical value
  printf 'vip %s interface %s port %s check %s offset %s replicas %s account %s selector %s%s' \
    "$vips" "$interface" "$port" "$check" "$offset" "$replicas" "$account" "$selector" "${owner:+ owner edge-ramp:$owner}"
}
