#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# matrix.sh: the scenarios of ../matrix/, some of them a few times. With
# JVPN_MATRIX=full all of them as often as docs/scenarios.md wants.
# kernels: uml
# timeout: 100000

. "$(dirname "$0")/../lib.sh"

words=()
if [[ ${JVPN_MATRIX-} == full ]]; then
	words+=(--full --part "${JVPN_PART:-1/1}")
	export JVPN_HOUR=${JVPN_HOUR:-3600}
fi
[[ -z ${JVPN_SCENARIOS-} ]] || words+=(--only "$JVPN_SCENARIOS")
[[ -z ${JVPN_RUNS-} ]] || words+=(--runs "$JVPN_RUNS")
/usr/bin/python3 -B "$LIB_DIR/matrix/matrix.py" "${words[@]}" "$TEST_TMP" "$RESULTS_DIR/recovery"
