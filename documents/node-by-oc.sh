# Takes a script ($carried) to a node that runs no SSM agent, from the host that runs oc, by `oc debug node/NAME` (ADR 0031). Of the debug Pod's log
# only what stands between marks of our own is an answer: oc's exit code says little of the script's end (OC-2), and the log has stderr in it (OC-3).
need SSM_Tunnel SSM_Kubeconfig SSM_Node
oc=(oc --config "$SSM_Kubeconfig")
# Debug Pods are in a project of their own: the rights end there, and oc up to 4.13 deletes a debug Pod of the same node in the same project, also
# somebody else's (OC-6).
project=edge-ramp
# Seconds for one other call of oc; for the debug Pod to start and the script to end; for the script alone.
call=8 patience=90 longest=60

NODE_UNKNOWN=24 CLUSTER_REFUSED=25 POD_REFUSED=26 POD_PENDING=27 IMAGE_MISSING=28 CUT=29

ask_oc() { # WORDS...: as capture; only a call of oc that does not end ends the script
  local limit=$call
  capture "${oc[@]}" "$@"
  [ "$code" -ne 127 ] || fail "$UNFIT" "this host has no oc"
}

# Nothing has been sent to the node yet.
find_node() {
  ask_oc get node "$SSM_Node" --ignore-not-found -o name
  [ "$code" -ne 124 ] || fail "$CLUSTER_REFUSED" "oc did not find the node within $call s, so nothing was sent to it"
  [ "$code" -eq 0 ] || fail "$CLUSTER_REFUSED" "oc could not ask for the node (exit code $code), so nothing was sent to it: $(its_words)"
  case $said in
  '') fail "$NODE_UNKNOWN" "the cluster has no node $SSM_Node" ;;
  "node/$SSM_Node") ;;
  *) fail "$CLUSTER_REFUSED" "oc gave another answer than the node's name: $(its_words)" ;;
  esac
}

# Debug Pods on this node that this host started: the lock is held, so none of them is another command's. The template's end shows that no line is
# missing. A list without a Pod prints nothing at all with some clients.
pods=()
list_pods() {
  local name node from phase waiting template='{range .items[*]}{.metadata.name}|{.spec.nodeName}'
  template+='|{.spec.containers[*].env[?(@.name=="EDGE_RAMP_FROM")].value}|{.status.phase}'
  template+='|{.status.containerStatuses[*].state.waiting.reason}{"\n"}{end}end'
  pods=()
  ask_oc get pods --namespace "$project" -o "jsonpath=$template"
  case $code:$newline$said in
  0:"$newline" | 0:*"${newline}end") ;;
  *) return 1 ;;
  esac
  while IFS='|' read -r name node from phase waiting; do
    [ "$node" != "$SSM_Node" ] || [ "$from" != "$AWS_SSM_INSTANCE_ID" ] || pods+=("$name $phase $waiting")
  done <<<"$said"
}

# By name and at once, as oc itself removes its debug Pods.
remove_pods() {
  local pod
  for pod in ${pods[@]+"${pods[@]}"}; do
    ask_oc delete pod "${pod%% *}" --namespace "$project" --ignore-not-found --grace-period=0 --force
  done
}

# Runs on the node, in the Pod: `begun`, the script's stdout, its stderr behind `complaint`, and behind `ended` its exit code.
frame='printf "%s begun\n" "$1"
exec 3>&1
complaint=$(timeout -s KILL "$2" /bin/bash -c "$3" 2>&1 1>&3 3>&-)
code=$?
printf "\n%s complaint\n%s\n%s ended %s\n" "$1" "$complaint" "$1" "$code"'

# Words of a Pod are expanded by Kubernetes: `$(NAME)`, and two `$` become one (OC-5). So each `$` is doubled.
debug_node() { # leaves the log in said
  local name
  local -a words=(debug "node/$SSM_Node" --to-namespace="$project" --quiet "EDGE_RAMP_FROM=$AWS_SSM_INSTANCE_ID")
  for name in "${!SSM_@}"; do
    case $name in SSM_Node | SSM_Kubeconfig) ;; *) words+=("$name=${!name}") ;; esac
  done
  words+=(-- chroot /host /bin/bash -c "$frame" edge-ramp "$token" "$longest" "$carried")
  # By KILL: then the Pod is left, and shows why it did not start.
  capture_unlimited timeout -s KILL "$patience" "${oc[@]}" "${words[@]//\$/\$\$}"
}

# An answer is whole when it has all three marks.
is_whole() {
  [[ $said == *"$token begun$newline"*"$newline$token complaint$newline"*"$newline$token ended "* ]] &&
    [[ ${said##*"$newline$token ended "} =~ ^[0-9]{1,3}$ ]]
}

tell() { # hands on what the script said on stdout and on stderr, and its exit code
  local text=${said#*"$token begun$newline"} stderr
  code=${text##*"$newline$token ended "}
  text=${text%"$newline$token ended $code"}
  stderr=${text#*"$newline$token complaint$newline"}
  text=${text%"$newline$token complaint$newline$stderr"}
  [ "$code" -ne 137 ] || fail "$SILENT" "the script on the node did not end within $longest s and was stopped$(last_step "$text")"
  printf '%s\n' "${text%"$newline"}"
  [ -z "$stderr" ] || printf '%s\n' "$stderr" >&2
  exit "$code"
}

last_step() { # LOG: the command at which a script was stopped; it printed it behind `> `
  local line step=''
  while IFS= read -r line; do
    case $line in '> '*) step=${line#> } ;; esac
  done <<<"$1"
  [ -z "$step" ] || printf ' while it ran "%s"' "$step"
}

# Says why there is no answer, by what the log and a Pod that is left show. Words of oc are for people only.
explain() {
  local ended=$code log=$said words phase='' waiting=''
  words=$(its_words)
  case $ended:$log in
  124:*"$token begun"* | 137:*"$token begun"*)
    fail "$SILENT" "the script on the node did not end within $patience s$(last_step "$log")"
    ;;
  *"$token begun"*)
    fail "$CUT" "the connection ended before the script on the node did (oc's exit code $ended)$(last_step "$log"): $words"
    ;;
  124:* | 137:*) ;;
  *) fail "$POD_REFUSED" "oc debug node/$SSM_Node ended before the script on the node began (exit code $ended): $words" ;;
  esac
  list_pods
  if [ "${#pods[@]}" -gt 0 ]; then
    read -r _ phase waiting <<<"${pods[0]}"
    ask_oc get pod "${pods[0]%% *}" --namespace "$project" -o 'jsonpath={.status.message}{.status.containerStatuses[*].state.waiting.message}'
    words=$(its_words)
  fi
  case $waiting in
  ErrImagePull | ImagePullBackOff | InvalidImageName | ErrImageNeverPull | ImageInspectError | RegistryUnavailable)
    fail "$IMAGE_MISSING" "the node could not get the image of the debug Pod within $patience s ($waiting): $words"
    ;;
  *) fail "$POD_PENDING" "the debug Pod did not start within $patience s (${phase:-it is not there}${waiting:+, $waiting}): $words" ;;
  esac
}

if printing; then
  printf '# on node %s: oc --config %s debug node/%s, and there chroot /host\n' "$SSM_Node" "$SSM_Kubeconfig" "$SSM_Node"
  /bin/bash -c "$carried"
  exit
fi
[ -n "${AWS_SSM_INSTANCE_ID-}" ] ||
  fail "$UNFIT" "the SSM Agent of this host does not say its instance id (AWS_SSM_INSTANCE_ID is empty), by which edge-ramp knows its own debug Pods: update the agent"
read -r token </proc/sys/kernel/random/uuid
enter "oc-$SSM_Node" 0 -
find_node
# A command that was stopped outright may have left its Pod.
list_pods || fail "$CLUSTER_REFUSED" "oc could not list the debug Pods in project $project (exit code $code), so nothing was sent to the node: $(its_words)"
remove_pods
trap 'list_pods && remove_pods; leave' EXIT
debug_node
if is_whole; then tell; else explain; fi
