#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# inside.sh: the demonstration, from within a machine of the lab.
exec python3 "$(dirname "$0")/demo.py" "$JVPN_RESULTS_DIR"
