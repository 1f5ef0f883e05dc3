#!/bin/bash
# Stands where Ansible expects a device's Python. Every module that it runs on a device comes by here: it is noted as a trip and takes
# EDGE_RAMP_TRIP_SECONDS longer.
printf 'trip\n' >>"$EDGE_RAMP_TRIPS"
/usr/bin/sleep "$EDGE_RAMP_TRIP_SECONDS"
exec /usr/bin/python3 "$@"
