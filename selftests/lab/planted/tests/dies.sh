#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
. "$(dirname "$0")/../../../lib.sh"
tap_ok "something is right"
ls /nonexistent
tap_ok "never reached"
