#!/bin/bash
# Placeholder: the ssh session to BIG-IP.
