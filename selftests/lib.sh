# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# lib.sh: what the tests in network namespaces share. Sourced, never run.
#
# The world a test gets from `topology`:
#
#                 up0 10.1.0.2          wan 198.51.100.2
#            .-----------------[ r0 ]--------------------.
#            |  2001:db8:1::2           2001:db8:10::2   |       gw 192.0.2.1
#      [ client ]                                     [ net ]-------------[ gw ]
#            |    up1 10.2.0.2          wan 203.0.113.2  |   2001:db8:99::1
#            '-----------------[ r1 ]--------------------'
#               2001:db8:2::2    NAT    2001:db8:20::2   |      at 192.0.3.2
#                                                        '-----------[ attacker ]
#                                                           2001:db8:66::2
#
# Boxes are network namespaces, reached as $client, $r0, $r1, $net, $gw and
# $attacker. r1 translates addresses (IPv4 and IPv6), r0 does not. The client
# has a default route over each uplink, up0 preferred. Both wan links delay by
# half of the round trip in each direction.
#
# Time is virtual in UML: computing takes none, so a loop that polls without
# sleeping never ends. Use wait_for.
#
# A test says on comment lines of its own where and how it runs:
#     # kernels: all | uml | "6.1 6.12 7.3" ...      (default all)
#     # timeout: SECONDS                             (default 120)

set -euo pipefail
# Where requests fail on purpose it goes on with what there is; see guest-tests.sh.
[[ -z ${JVPN_STARVE-} ]] || set +e

LIB_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TEST_TMP=$(mktemp -d)
RESULTS_DIR=${JVPN_RESULTS_DIR:-$TEST_TMP}
MACHINE=${JVPN_MACHINE:-host}

# --- Reporting: TAP on standard output, notes as comments -------------------

tap_count=0 tap_failed=0

tap_ok() {
	printf 'ok %d %s\n' $((++tap_count)) "$*"
}

tap_fail() {
	tap_failed=$((tap_failed + 1))
	printf 'not ok %d %s\n' $((++tap_count)) "$*"
}

# tap_skip DESCRIPTION REASON
tap_skip() {
	printf 'ok %d %s # SKIP %s\n' $((++tap_count)) "$1" "$2"
}

# skip_all REASON: nothing of this test can run here.
skip_all() {
	printf '1..0 # SKIP %s\n' "$*"
	exit 4
}

note() {
	printf '# %s\n' "$*"
}

# check DESCRIPTION COMMAND...: one test line from the command's exit status;
# its output is shown only when it fails.
check() {
	local what=$1 out
	shift
	if out=$("$@" 2>&1); then
		tap_ok "$what"
	else
		[[ -z $out ]] || printf '%s\n' "$out" | sed 's/^/# /'
		tap_fail "$what"
	fi
}

# check_fails DESCRIPTION COMMAND...: the command must fail, but not crash.
check_fails() {
	local what=$1 out rc=0
	shift
	out=$("$@" 2>&1) || rc=$?
	if ((rc > 0 && rc < 124)); then
		tap_ok "$what"
	else
		printf '# exit status %d: %s\n' "$rc" "$out"
		tap_fail "$what"
	fi
}

# check_equal DESCRIPTION EXPECTED ACTUAL
check_equal() {
	if [[ $2 == "$3" ]]; then
		tap_ok "$1"
	else
		diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") |
			sed 's/^/# /' || true
		tap_fail "$1"
	fi
}

# check_at_most DESCRIPTION LIMIT ACTUAL: numbers, fractions allowed.
check_at_most() {
	if awk -v a="$3" -v l="$2" 'BEGIN { exit !(a != "" && a + 0 <= l + 0) }'; then
		tap_ok "$1 ($3 <= $2)"
	else
		tap_fail "$1 ($3 > $2)"
	fi
}

# --- Cleaning up: last deferred, first done ---------------------------------

deferred=()

# defer COMMAND...: run it when the test ends, however it ends.
defer() {
	deferred+=("$(printf '%q ' "$@")")
}

finish() {
	local rc=$? i
	trap - EXIT ERR
	set +e
	((rc)) || ! declare -F audit_left >/dev/null || audit_left
	for ((i = ${#deferred[@]} - 1; i >= 0; i--)); do
		eval "${deferred[i]}" >/dev/null 2>&1
	done
	rm -rf "$TEST_TMP"
	if ((rc != 0 && rc != 4)); then
		note "stopped with exit status $rc"
	elif ((rc == 0 && tap_failed)); then
		rc=1
	fi
	exit "$rc"
}
trap finish EXIT
trap 'exit 1' INT TERM
trap 'note "line $LINENO of $0: $BASH_COMMAND"' ERR
set -E

# background COMMAND...: start it; it is stopped at the end. Its number is in $!.
background() {
	# Not the function: who is told to stop has to be the command itself.
	[[ $1 != in_ns ]] || set -- "${enter_ns[@]}" "${@:2}"
	"$@" &
	defer kill "$!"
}

# --- Waiting ----------------------------------------------------------------

# wait_for SECONDS COMMAND...: until the command succeeds; fails when it did
# not do so in time. Looks every 10 ms at first, then less and less often, for
# looking is dear in an emulated machine: after three times the time, up to a
# second more, from then on after a quarter more.
wait_for() {
	local began now pause limit=$(($1 * 1000))
	uptime_ms began
	shift
	until "$@" >/dev/null 2>&1; do
		uptime_ms now
		((now - began < limit)) || return 1
		pause=$((2 * (now - began)))
		((pause >= 10)) || pause=10
		((pause <= 1000)) ||
			pause=$((now - began > 4000 ? (now - began) / 4 : 1000))
		((pause <= began + limit - now)) || pause=$((began + limit - now))
		sleep "$((pause / 1000)).$(printf %03d $((pause % 1000)))"
	done
}

# uptime_ms VARIABLE: set it to the milliseconds since the machine started.
uptime_ms() {
	local up rest
	read -r up rest </proc/uptime
	up=${up/./}
	printf -v "$1" %d $((10#$up * 10))
}

# now_ms: milliseconds of the boot clock, the one events carry.
now_ms() {
	awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime
}

# wait_listening NAMESPACE PROTOCOL PORT: until something listens there.
wait_listening() {
	local ns=$1 flag=-t
	[[ $2 == udp ]] && flag=-u
	wait_for 10 sh -c \
		"${enter_ns[*]} $ns ss -H -n -l $flag 'sport = :$3' | grep -q ."
}

# --- Namespaces -------------------------------------------------------------

# setup_ns NAME...: make namespaces with unique names and set the variables
# NAME to them.
setup_ns() {
	local var
	for var in "$@"; do
		printf -v "$var" '%s-%s' "${var//_/-}" "$$"
		defer ip netns del "${!var}"
		echo "netns add ${!var}"
	done >"$TEST_TMP/netns"
	ip -batch "$TEST_TMP/netns"
	for var in "$@"; do
		# shellcheck disable=SC2016
		in_ns "${!var}" sh -c '
			ip link set lo up
			cd /proc/sys/net/ipv6/conf
			for scope in all default; do
				echo 0 >$scope/accept_dad
				echo 0 >$scope/router_solicitations
			done'
	done
}

# in_ns NAMESPACE COMMAND...: the machines of the lab have a cheaper way.
if command -v inns >/dev/null; then
	enter_ns=(inns)
else
	enter_ns=(ip netns exec)
fi
in_ns() {
	"${enter_ns[@]}" "$@"
}

# veth NAMESPACE1 NAME1 NAMESPACE2 NAME2: a pair of devices, both up.
veth() {
	ip -n "$1" link add "$2" type veth peer name "$4" netns "$3"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

# addr NAMESPACE DEVICE ADDRESS/PREFIX...
addr() {
	local ns=$1 dev=$2 a
	shift 2
	for a in "$@"; do
		if [[ $a == *:* ]]; then
			ip -n "$ns" addr add "$a" dev "$dev" nodad
		else
			ip -n "$ns" addr add "$a" dev "$dev"
		fi
	done
}

# batch NAMESPACE: run the ip commands on standard input, one per line.
batch() {
	ip -n "$1" -batch -
}

forwarding() {
	# shellcheck disable=SC2016
	in_ns "$1" sh -c '
		cd /proc/sys/net
		echo 1 >ipv4/ip_forward
		for scope in all default; do
			echo 1 >ipv6/conf/$scope/forwarding
			echo 1 >ipv6/conf/$scope/keep_addr_on_down
		done'
}

GW4=192.0.2.1
GW6=2001:db8:99::1

# topology [RTT_MS [RTT1_MS]]: build the world drawn above. The first is the
# round trip over up0, the second over up1 (default the same); 0 for no delay.
topology() {
	local rtt0=${1:-20} rtt1=${2:-${1:-20}} family

	# Neighbours stay known for a day: when they are asked for again is
	# random, and such a round trip is longer than the others.
	if [[ $MACHINE != host ]]; then
		for family in ipv4 ipv6; do
			echo 86400 >/proc/sys/net/$family/neigh/default/gc_stale_time
			echo 86400000 >/proc/sys/net/$family/neigh/default/base_reachable_time_ms
		done
	fi
	setup_ns client r0 r1 net gw attacker
	forwarding "$r0"
	forwarding "$r1"
	forwarding "$net"

	# One process per namespace, not per command: it is those that cost
	# time in an emulated machine.
	batch "$client" <<-COMMANDS
		link add up0 up type veth peer name lan netns $r0
		link add up1 up type veth peer name lan netns $r1
		addr add 10.1.0.2/24 dev up0
		addr add 2001:db8:1::2/64 dev up0 nodad
		addr add 10.2.0.2/24 dev up1
		addr add 2001:db8:2::2/64 dev up1 nodad
	COMMANDS
	batch "$net" <<-COMMANDS
		link add to_r0 up type veth peer name wan netns $r0
		link add to_r1 up type veth peer name wan netns $r1
		link add to_gw up type veth peer name gw0 netns $gw
		link add to_at up type veth peer name at0 netns $attacker
		addr add 198.51.100.1/24 dev to_r0
		addr add 2001:db8:10::1/64 dev to_r0 nodad
		addr add 203.0.113.1/24 dev to_r1
		addr add 2001:db8:20::1/64 dev to_r1 nodad
		addr add 192.0.2.254/24 dev to_gw
		addr add 2001:db8:99::254/64 dev to_gw nodad
		addr add 192.0.3.1/24 dev to_at
		addr add 2001:db8:66::1/64 dev to_at nodad
		route add 10.1.0.0/24 via 198.51.100.2 onlink dev to_r0
		route add 2001:db8:1::/64 via 2001:db8:10::2 dev to_r0
	COMMANDS
	batch "$r0" <<-COMMANDS
		link set lan up
		link set wan up
		addr add 10.1.0.1/24 dev lan
		addr add 2001:db8:1::1/64 dev lan nodad
		addr add 198.51.100.2/24 dev wan
		addr add 2001:db8:10::2/64 dev wan nodad
		route add default via 198.51.100.1 metric 100
		route add default via 2001:db8:10::1 metric 100
	COMMANDS
	batch "$r1" <<-COMMANDS
		link set lan up
		link set wan up
		addr add 10.2.0.1/24 dev lan
		addr add 2001:db8:2::1/64 dev lan nodad
		addr add 203.0.113.2/24 dev wan
		addr add 2001:db8:20::2/64 dev wan nodad
		route add default via 203.0.113.1 metric 100
		route add default via 2001:db8:20::1 metric 100
	COMMANDS
	batch "$gw" <<-COMMANDS
		link set gw0 up
		addr add $GW4/24 dev gw0
		addr add $GW6/64 dev gw0 nodad
		route add default via 192.0.2.254
		route add default via 2001:db8:99::254
	COMMANDS
	batch "$attacker" <<-COMMANDS
		link set at0 up
		addr add 192.0.3.2/24 dev at0
		addr add 2001:db8:66::2/64 dev at0 nodad
		route add default via 192.0.3.1
		route add default via 2001:db8:66::1
	COMMANDS
	uplink_routes 0
	uplink_routes 1
	nat_rules 20000-29999

	delay 0 "$rtt0"
	delay 1 "$rtt1"
}

# delay UPLINK RTT_MS: half of it on each end of the wan link.
delay() {
	local half
	half=$(awk -v r="$2" 'BEGIN { printf "%g", r / 2 }')
	if [[ $half == 0 ]]; then
		tc -n "$(router "$1")" qdisc del dev wan root 2>/dev/null || true
		tc -n "$net" qdisc del dev "to_r$1" root 2>/dev/null || true
		return 0
	fi
	tc -n "$(router "$1")" qdisc replace dev wan root netem \
		delay "${half}ms" limit 10000
	tc -n "$net" qdisc replace dev "to_r$1" root netem \
		delay "${half}ms" limit 10000
}

router() {
	[[ $1 == 0 ]] && echo "$r0" || echo "$r1"
}

# uplink_routes UPLINK: the default routes over it (they go with the link).
uplink_routes() {
	local n=$(($1 + 1))
	batch "$client" <<-COMMANDS
		route replace default via 10.$n.0.1 dev up$1 metric $((n * 100))
		route replace default via 2001:db8:$n::1 dev up$1 metric $((n * 100))
	COMMANDS
}

# nat_rules PORTS: what r1 does; connections leave from these ports.
nat_rules() {
	in_ns "$r1" nft -f - <<-RULES
		table inet nat
		delete table inet nat
		table inet nat {
			chain postrouting {
				type nat hook postrouting priority srcnat;
				oifname wan meta l4proto { tcp, udp } masquerade to :$1
				oifname wan masquerade
			}
		}
	RULES
}

# --- What goes wrong --------------------------------------------------------

uplink_down() {
	ip -n "$client" link set "up$1" down
}

# uplink_up UPLINK: also after carrier_lost.
uplink_up() {
	ip -n "$(router "$1")" link set lan up
	ip -n "$client" link set "up$1" up
	addr "$client" "up$1" "2001:db8:$(($1 + 1))::2/64" 2>/dev/null || true
	uplink_routes "$1"
}

# carrier_lost UPLINK: the link stays up but has no carrier.
carrier_lost() {
	ip -n "$(router "$1")" link set lan down
}

# blackhole UPLINK: everything is dropped silently behind the router.
blackhole() {
	in_ns "$(router "$1")" nft -f - <<-RULES
		table inet blackhole {
			chain forward {
				type filter hook forward priority -200;
				counter drop
			}
		}
	RULES
}

blackhole_end() {
	in_ns "$(router "$1")" nft delete table inet blackhole
}

# nat_rebind: r1 gets another address on its wan side and forgets its
# connections; what the client sends next leaves from there and a new port.
nat_address=2
nat_rebind() {
	local old=$nat_address
	nat_address=$((nat_address == 2 ? 3 : 2))
	addr "$r1" wan "203.0.113.$nat_address/24" "2001:db8:20::$nat_address/64"
	nat_rules $((nat_address))0000-$((nat_address))9999
	# The kernel drops translations of an address that goes away; a
	# secondary address must survive its primary.
	in_ns "$r1" sysctl -qw net.ipv4.conf.wan.promote_secondaries=1
	ip -n "$r1" addr del "203.0.113.$old/24" dev wan
	ip -n "$r1" addr del "2001:db8:20::$old/64" dev wan
	ip -n "$r1" route replace default via 203.0.113.1 metric 100
}

# --- jvpn -------------------------------------------------------------------

# load_module [PARAMETER=VALUE]..., unload_module: the machine's own copy.
load_module() {
	if [[ -n ${JVPN_MODULE_DIR-} ]]; then
		insmod "$JVPN_MODULE_DIR/jvpn.ko" "$@"
	else
		modprobe jvpn "$@"
	fi
}

unload_module() {
	rmmod jvpn
}

# Helpers that configure devices with jvpn-tool stand in netns/jvpn.sh.
if [[ -e $LIB_DIR/netns/jvpn.sh ]]; then
	# shellcheck disable=SC1091
	. "$LIB_DIR/netns/jvpn.sh"
fi
