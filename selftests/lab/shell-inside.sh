#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shell-inside.sh: what shell.sh starts in the machine: two namespaces with a
# cable between them, a tunnel over it, and a shell.

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
keys east west
device east jvpn0 east 10.9.0.1/24 <<-CONF
	ListenPort = $JVPN_PORT
	[Peer]
	PublicKey = ${pub[west]}
	AllowedIPs = 10.9.0.2/32
CONF
device west jvpn0 west 10.9.0.2/24 <<-CONF
	[Peer]
	PublicKey = ${pub[east]}
	AllowedIPs = 10.9.0.1/32
	[Path]
	Id = 0
	Interface = eth0
	Endpoint = 192.0.2.1:$JVPN_PORT
CONF

cat <<'TEXT'
Two namespaces: east (192.0.2.1, 2001:db8::1) and west (192.0.2.2, 2001:db8::2),
joined by a cable, and by a tunnel between jvpn0 of both (10.9.0.1, 10.9.0.2).
    in_ns west ping 10.9.0.1
    in_ns east jvpn-tool show
    in_ns west jvpn-tool monitor --history &
Leave with `exit`.
TEXT
export -f in_ns
export PS1='jvpn \w \$ '
bash --norc -i
exit 0
