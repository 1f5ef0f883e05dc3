#!/bin/bash
# Placeholder: ramp observe.
echo "${SSM_Tunnel}"
