#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# basic.sh: a tunnel carries packets: IPv4 and IPv6 inside, IPv4 and IPv6
# outside, with both ciphers.
# kernels: all

. "$(dirname "$0")/../lib.sh"

topology 20
tunnel 4
check "session comes up" connect
check "ping" ping_inner 4
