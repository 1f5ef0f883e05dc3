#!/bin/bash
# Placeholder: bigip observe.
echo "${SSM_Tunnel}"
