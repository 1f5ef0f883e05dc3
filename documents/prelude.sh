#!/bin/bash
# Placeholder: what every script begins with.
set -u
