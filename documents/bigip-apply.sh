#!/bin/bash
# Placeholder: bigip apply.
echo "${SSM_Tunnel}"
