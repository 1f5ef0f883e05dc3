#!/bin/bash
# Asks a BIG-IP, a pair of BIG-IPs, a cluster and a node of OVN-Kubernetes what only they can settle (docs/field-truth.md), and prints a transcript for `npm run kit:check`.
# Each command is read-only or cleans up after itself, also after Ctrl-C: what it made is undone, backwards, by one command each.
#
#   transcript.sh bigip ADDRESS [WAY...] >bigip.transcript
#     ADDRESS: a self IP of the unit, which carries no traffic. WAY: what a command line is handed to, `ssh -o BatchMode=yes USER@BIGIP`;
#     without it the script runs on the BIG-IP itself (`ssh USER@BIGIP bash -s bigip ADDRESS <transcript.sh`).
#     Its objects stand in Common, as edge-ramp's do: tmsh prints names relative to the folder, so another one would settle something else.
#   transcript.sh pair GROUP [WAY...] >unit.transcript
#     GROUP: the device group. Once on each unit. Everything is read-only, so the pair may carry traffic. WAY: as above.
#   transcript.sh cluster NODE INTERFACE ADDRESS [OC...] >cluster.transcript
#     NODE: a node without traffic, INTERFACE its network's, ADDRESS free there. OC: `oc --config FILE`; default: oc.
#   transcript.sh node NETWORK [WAY...] >node.transcript
#     NETWORK: the cluster network, 10.128.0.0/14. Everything is read-only. WAY: what a line for bash as root is handed to; without it the script
#     runs on the node itself (`oc debug node/NAME -q -- chroot /host bash -s node NETWORK <transcript.sh`).
set -u -o pipefail -f
export LC_ALL=C
KIT=edge-ramp-kit

usage() {
  printf '%s\n' 'usage: transcript.sh bigip ADDRESS [WAY...] | pair GROUP [WAY...] | cluster NODE INTERFACE ADDRESS [OC...] | node NETWORK [WAY...]' >&2
  exit 2
}

answers='' undo=() said='' code=0
# The form in which all scripts of edge-ramp answer (lib/tunnel/device/answer.ts).
answer() { # QUESTION CODE TEXT
  answers+="?$1"$'\n'
  [ -z "$3" ] || answers+=$(printf '%s\n' "$3" | tr -d '\r' | sed 's/^/|/')$'\n'
  answers+="=$2"$'\n'
}

command_line() { # WORDS...: hands one line to the BIG-IP's login shell, or words to oc
  case $part in
  cluster) timeout 60 "${way[@]}" "$@" </dev/null ;;
  node) timeout 60 "${way[@]}" "$*" </dev/null ;;
  *) timeout 60 "${way[@]}" "$(tmsh_line "$*")" <<<y ;; # tmsh may ask whether to list so many objects (BIP-30)
  esac 2>&1
}

tmsh_line() { # LINE
  case $shell in bash) printf "tmsh -a -q -c '%s'" "$1" ;; *) printf '%s' "$1" ;; esac
}

ask() { # KEY WORDS...
  local key=$1
  shift
  printf '> %s\n' "$*" >&2
  said=$(command_line "$@")
  code=$?
  answer "$key $*" "$code" "$said"
}

# What is to be undone is known before it is done; what was refused is not ours to undo. Whether a lost connection made it is not known.
make() { # KEY UNDO WORDS...
  undo+=("$2")
  ask "$1" "${@:3}"
  if [ "$code" -ne 0 ] && [ "$code" -lt 124 ]; then unset "undo[${#undo[@]}-1]"; fi
}

is_gone() { # after an undoing; tmsh sometimes exits 0 with an error (BIP-2)
  case $said in *01020036:* | *'(NotFound)'*) return 0 ;; esac
  [ "$code" -eq 0 ] && ! grep -Eq '^(01[0-9a-f]{6}:[0-9]+:|Syntax Error|Data Input Error)' <<<"$said"
}

finish() {
  local ends=$? i words
  trap '' INT TERM HUP
  for ((i = ${#undo[@]} - 1; i >= 0; i--)); do
    words=${undo[i]}
    case $part in bigip) ask "undo-${words%% *}" "${words#* }" ;; *) ask "undo-${words%% *}" ${words#* } ;; esac
    is_gone || { ends=1 && printf 'LEFT BEHIND, undo it by hand: %s\n' "${words#* }" >&2; }
  done
  printf '%s.%s %s\n' "$answers" "$(printf '%s' "$answers" | wc -l | tr -d ' ')" "$(printf '%s' "$answers" | sha256sum | cut -c 1-16)"
  exit "$ends"
}

begin() { # FACTS...: what the checker must know beside the answers. A simulated device is no evidence, and says that it is one.
  local simulated=no
  [ -z "${EDGE_RAMP_LAB_HOST+set}" ] || simulated=yes
  answer kit 0 "$(printf '%s\n' "part $part" "simulated $simulated" "$@")"
  trap finish EXIT
  trap 'exit 130' INT TERM HUP
}

log_in() {
  ask login tmsh -v
  case $said in *'Syntax Error'*) ;; *) shell=bash ;; esac
}

# The published procedure's and the product's own lines, on addresses that documentation has for itself (RFC 5737).
bigip() { # ADDRESS
  local name=/Common/$KIT far=198.51.100.1 route=203.0.113.0/24 ends="local-address $1 remote-address 192.0.2.11"
  begin "name $KIT" "address $1"
  log_in
  ask group show cm sync-status
  ask absent list net tunnels tunnel "$name"
  case $said in *"tunnel $KIT {"*) echo "there is a tunnel $KIT already: of an earlier transcript that was killed?" >&2 && exit 1 ;; esac
  make create-tunnel "tunnel delete net tunnels tunnel $name" create net tunnels tunnel "$name" "{ profile ipip $ends description \"two words\" }"
  ask tunnel list net tunnels tunnel "$name"
  make create-self "self delete net self $name" create net self "$name" "{ address $far/24 vlan $name allow-service all description $KIT }"
  ask modify-self modify net self "$name" "{ vlan $name allow-service none description none }"
  ask self list net self "$name"
  make create-route "route delete net route $route" create net route "$route" "interface $name"
  ask routes list net route one-line
  make create-virtual "virtual delete ltm virtual $name" create ltm virtual "$name" '{ destination 198.51.100.9:9 }'
  make create-snatpool "snatpool delete ltm snatpool $name" create ltm snatpool "$name" "{ members add { $far } description none }"
  ask attach "create cli transaction; modify ltm virtual $name source-address-translation { type snat pool $name }; submit cli transaction"
  ask virtual list ltm virtual "$name" source-address-translation
  ask connections show ltm snat-translation "$far" field-fmt raw
  ask detach "create cli transaction; modify ltm virtual $name source-address-translation { type none }; submit cli transaction"
  ask ping run util ping -c 3 -i 0.2 -W 1 "$1"
}

# Twelve questions; some have a second form.
pair() { # GROUP
  begin "group $1"
  log_in
  ask switch list sys db iptunnel.configsync value
  ask sync-status show cm sync-status
  ask sync-status-fields show cm sync-status field-fmt
  ask failover show cm failover-status
  ask failover-fields show cm failover-status field-fmt
  ask traffic-groups show cm traffic-group field-fmt
  ask device-group list cm device-group "/Common/$1" all-properties
  ask commits show cm device-group field-fmt
  ask devices list cm device one-line
  ask folder list sys folder /Common all-properties
  ask tunnels list net tunnels tunnel all-properties
  ask selfs list net self one-line
  ask routes list net route one-line
  ask translations list ltm snat-translation all-properties
  ask virtual-addresses list ltm virtual-address one-line
  [ "$shell" = bash ] || return 0
  shell=none # the line as it is
  ask log "grep -iE 'sync|cmi|0107|failover' /var/log/ltm | tail -n 50"
}

cluster() { # NODE INTERFACE ADDRESS
  local account=system:serviceaccount:default:$KIT
  begin "name $KIT" "node $1" "interface $2" "address $3"
  make annotate "annotate annotate node $1 edge-ramp/kit.label.$KIT-" annotate node "$1" "edge-ramp/kit.label.$KIT=-" --overwrite
  make label "label label node $1 $KIT-" label node "$1" "$KIT=true" --overwrite
  ask node get node "$1" -o 'jsonpath={"\n"}kit unschedulable {.spec.unschedulable}{"\n"}kit labels {.metadata.labels}{"\n"}kit annotations {.metadata.annotations}{"\n"}kit end'
  make account "account delete serviceaccount $KIT -n default" create serviceaccount "$KIT" -n default
  make scc "scc adm policy remove-scc-from-user privileged $account" adm policy add-scc-to-user privileged "$account"
  ask users get scc privileged -o 'jsonpath={"\n"}kit users {.users}{"\n"}kit end'
  undo+=("ipfailover delete dc $KIT -n default") # it exits 1 although it did its work (OS-30)
  ask ipfailover adm ipfailover "$KIT" -n default "--virtual-ips=$3" "--interface=$2" --watch-port=0 \
    "--check-script=/bin/bash -c 'grep -qx .*127.112.0.91 /proc/net/fib_trie && exit 1 || exit 0'" --check-interval=2 --replicas=2 \
    "--service-account=$KIT" "--selector=$KIT=true" --vrrp-id-offset=90
  ask ipfailovers get dc --all-namespaces -l ipfailover -o 'jsonpath={range .items[*]}{"\n"}kit dc {.metadata.namespace} {.metadata.name}{"\n"}kit replicas {.spec.replicas}{"\n"}kit available {.status.availableReplicas}{"\n"}kit strategy {.spec.strategy.type}{"\n"}kit account {.spec.template.spec.serviceAccountName}{"\n"}kit network {.spec.template.spec.hostNetwork}{"\n"}kit selector {.spec.template.spec.nodeSelector}{"\n"}kit owner {.metadata.annotations.edge-ramp/tunnel}{range .spec.template.spec.containers[0].env[*]}{"\n"}kit env {.name}={.value}{end}{end}{"\n"}kit end'
}

# Six questions, in the product's own words where it asks them, too; some have further forms. A check for a rule changes nothing.
node() { # NETWORK
  local input='-p 4 -s 192.0.2.2 -m comment --comment edge-ramp:kit -j ACCEPT'
  local nat='-s 198.51.100.1 -o ovn-k8s-mp0 -m comment --comment edge-ramp:kit -j SNAT --to-source 198.51.100.1'
  begin "network $1"
  ask module modinfo ipip
  ask port ip -o link show dev ovn-k8s-mp0
  ask addresses ip -o -4 addr show
  ask way ip -4 route show "$1"
  ask translation nft list chain inet ovn-kubernetes mgmtport-snat
  ask translation-rules iptables -w -t nat -S
  ask forward iptables -w -S FORWARD
  ask input iptables -w -S INPUT
  ask postrouting iptables -w -t nat -S POSTROUTING
  ask check-input iptables -w -C INPUT "$input"
  ask check-nat iptables -w -t nat -C POSTROUTING "$nat"
  ask input-chain nft list chain ip filter INPUT
  ask everywhere sysctl -n net.ipv4.ip_forward
  ask own-forwarding sysctl -n net/ipv4/conf/ovn-k8s-mp0/forwarding net/ipv4/conf/br-ex/forwarding
  ask flows "ovs-ofctl dump-flows br-ex | grep -c 0xdeff105"
}

part=${1-} shell=tmsh # tmsh: a line is handed over as it is
case $part in
bigip | pair | node)
  [ "$#" -ge 2 ] || usage
  way=("${@:3}")
  [ "${#way[@]}" -gt 0 ] || way=(bash -c)
  "$part" "$2"
  ;;
cluster)
  [ "$#" -ge 4 ] || usage
  way=("${@:5}")
  [ "${#way[@]}" -gt 0 ] || way=(oc)
  cluster "$2" "$3" "$4"
  ;;
*) usage ;;
esac
