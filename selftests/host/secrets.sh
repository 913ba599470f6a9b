#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# secrets.sh: no key outlives its use: the memory of a whole machine is searched,
# from outside, for every secret that its sessions had. See secrets.py.

. "$(dirname "$0")/../lib.sh"

# What make check was asked for; all, when run by hand.
[[ " ${JVPN_KERNELS-uml} " == *" uml "* ]] ||
	skip_all "needs the debug kernel (uml)"

# A folder of its own: the machine's memory is found by it.
mkdir "$TEST_TMP/machine"
rc=0
TMPDIR=$TEST_TMP/machine "$LIB_DIR/host/secrets.py" || rc=$?
exit "$rc"
