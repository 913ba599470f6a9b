#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# stress.sh: everything that can be done to the module, at once, with traffic on
# both processors, and no checker of these kernels finds anything; stress.py does
# it. JVPN_STRESS_SECONDS: how long (60). JVPN_STRESS_SEED: what the random
# numbers follow from (1); when what happens is up to the machine all the same.
# kernels: smp-kasan smp-kcsan
# timeout: 1500

. "$(dirname "$0")/../lib.sh"

topology 2
"$NETNS_DIR/stress.py" "${JVPN_STRESS_SECONDS:-60}" "${JVPN_STRESS_SEED:-1}" \
	"$client" "$r0" "$r1" "$net" "$gw" || exit 1
