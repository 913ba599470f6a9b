#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shell-inside.sh: what shell.sh starts in the machine: two namespaces with a
# cable between them, a tunnel device in each, and a shell.

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=SCRIPTDIR/../lib.sh
. "$here/../lib.sh"
trap - ERR
set +e

east=east west=west
for ns in east west; do
	ip netns add $ns
	ip -n $ns link set lo up
done
veth east eth0 west eth0
addr east eth0 192.0.2.1/24 2001:db8::1/64
addr west eth0 192.0.2.2/24 2001:db8::2/64
if [[ -e /sys/module/jvpn ]]; then
	for ns in east west; do
		ip -n $ns link add jvpn0 type jvpn
		ip -n $ns link set jvpn0 up
	done
	addr east jvpn0 10.9.0.1/24
	addr west jvpn0 10.9.0.2/24
	if type tunnel_between >/dev/null 2>&1; then
		tunnel_between east west
	fi
fi

cat <<'TEXT'
Two namespaces: east (192.0.2.1, 2001:db8::1) and west (192.0.2.2, 2001:db8::2),
joined by a cable; in each a device jvpn0 (10.9.0.1, 10.9.0.2).
    in_ns east ping 192.0.2.2
    in_ns east jvpn-tool show
Leave with `exit`.
TEXT
export -f in_ns
export PS1='jvpn \w \$ '
bash --norc -i
exit 0
