# Read in place of lab/hosts/stand-in.sh, which it reads: every stand-in takes many times as long as usual, as on a machine that has much else to do.
# shellcheck source=/dev/null
. "$EDGE_RAMP_TEST_STAND_IN"
eval "quick_$(declare -f lab_call)"
lab_call() {
  /usr/bin/sleep 0.3
  quick_lab_call "$@"
}
