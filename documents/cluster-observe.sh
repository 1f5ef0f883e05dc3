# Answers questions about the cluster; changes nothing. A cluster has hundreds of nodes and configurations: only what is named comes back, of
# other ipfailover objects a line each.
need SSM_Questions

client() { # what this client can do, and which options its `oc adm ipfailover` lacks; one that cannot prints the help of `oc adm` instead
  local can='' lacks='' option
  if offers ipfailover '--virtual-ips'; then
    can+='ipfailover '
    for option in $failover_options; do says "$option" || lacks+=" $option"; done
  fi
  offers cordon 'cordon' && can+='cordon '
  offers manage-node '--schedulable' && can+='manage-node '
  answer client 0 "$can${lacks:+$'\n'without$lacks}"
}

node() { # NODE
  if look_at_node "$1"; then answer "node $1" 0 "$schedulable"; else answer "node $1" "$code" "$said" "$complaint"; fi
}

shared() { # KIND NAME [KEY]: its value, if there is one, and a line for each claim of another tunnel
  local text name theirs claim=$newline'claim '
  if look_at_thing "$@"; then
    thing name "$@"
    value text "$name"
    others theirs "$name"
    [ "$text" != - ] || text=''
    theirs=${theirs%"$newline"}
    [ -z "$theirs" ] || text+=$claim${theirs//$newline/$claim}
    answer "$*" 0 "${text#"$newline"}"
  else
    answer "$*" "$code" "$said" "$complaint"
  fi
}

# How many ordinary Pods run on a node, and the first of them. A DaemonSet's belong to each node, mirror Pods are its own, and what has ended
# takes no place.
pods() { # NODE
  local each=';pod {.metadata.namespace}/{.metadata.name} {.status.phase}'
  each+=';mirror {.metadata.annotations.kubernetes\.io/config\.mirror};owners {.metadata.ownerReferences[*].kind}'
  look_at "{range .items[*]}$each{end}" get pods --all-namespaces --field-selector "spec.nodeName=$1"
  [ "$code" -ne 0 ] || said=$(awk '
    $1 == "pod" { name = $2; counts = $3 != "Succeeded" && $3 != "Failed" }
    $1 == "mirror" && NF > 1 { counts = 0 }
    $1 != "owners" || !counts || / DaemonSet( |$)/ { next }
    { n++; if (n <= 5) first = first "\n" name }
    END { print n + 0 first }' <<<"$said")
  answer "pods $1" "$code" "$said" "$complaint"
}

failover() { # NAME
  each_failover full "$1"
  answer "ipfailover $1" "$failovers_code" "${found%"$newline"}" "$failovers_complaint"
}

full() { # NAME
  local value line
  [ "$project/$name" = "default/$1" ] || return 0
  failover_value value
  found+="value $value${newline}available $available$newline"
  [ "$strategy" = Recreate ] || found+="strategy $strategy$newline"
  [ -z "$other" ] || while IFS= read -r line; do found+=${line:0:200}$newline; done <<<"${other%"$newline"}"
}

# Of other projects' objects that cannot run on the nodes' network so many are told, as `idle`: there may be any number, and they only make a remark.
MOST=20 idle=0
line() {
  local of=${owner:--} idly=''
  [ "$project" = default ] || of=- # a mark that anybody can set
  if ! may_run; then
    idle=$((idle + 1))
    [ "$idle" -le "$MOST" ] || return 0
    idly='idle '
  fi
  found+="$idly$project/$name $vips $offset $account $selector $of$newline"
}

question() { # KIND NAME...
  case $1 in
  client) client ;;
  node) node "$2" ;;
  pods) pods "$2" ;;
  label | scheduling | account | scc) shared "$@" ;;
  ipfailover | ipfailovers)
    [ -n "$failovers_code" ] || look_at_failovers
    case $1 in
    ipfailover) failover "$2" ;;
    *)
      idle=0
      each_failover line
      answer ipfailovers "$failovers_code" "${found%"$newline"}" "$failovers_complaint"
      ;;
    esac
    ;;
  *) fail "$UNFIT" "unknown question: $*" ;;
  esac
}

enter cluster "$SSM_Fence" -
answer_all
