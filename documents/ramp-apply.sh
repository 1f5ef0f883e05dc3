#!/bin/bash
# Placeholder: ramp apply.
echo "${SSM_Tunnel}"
