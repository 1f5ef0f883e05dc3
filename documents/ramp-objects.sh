#!/bin/bash
# Placeholder: the objects of a ramp node.
