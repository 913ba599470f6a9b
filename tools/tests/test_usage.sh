#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Command lines that are wrong: exit status and message of each.

. "$(dirname "$0")/lib.sh"

key=3p7bfXt9wbTTW2HC7OQ1Nz+DQ8hbeGdNrfx+FG+IK08=
hex=de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f

# wrong STATUS MESSAGE WORD...: all of standard error must be the message.
wrong() {
	local status=$1 message=$2 got
	shift 2
	got=$(tool "$@" 2>&1 >"$tmp/out")
	is "[$*] exits with $status" $? "$status"
	is "[$*] says why" "$got" "jvpn-tool: $message"
	ok "[$*] prints nothing else" test ! -s "$tmp/out"
}

usage() {
	local command=$1 message=$2
	shift 2
	wrong 2 "$command: $message (see jvpn-tool $command --help)" "$@"
}

wrong 2 "there is no command foo (see jvpn-tool --help)" foo
usage show "--foo: no such option" --foo
usage show "--foo: no such option" show --foo
usage show "--strict is not an option of it" show --strict
usage show "show: too many words" show a b c
usage show "a/b cannot be the name of a device" show a/b
usage show "sixteen-chars-xx cannot be the name of a device" \
	show sixteen-chars-xx
usage show "a peer is named by its public key: 44 characters of base64 or 64 of hex" \
	show jvpn0 nokey
usage monitor "--since takes a number" monitor --since -1
usage monitor "--since takes a number" monitor --since ' 1'
usage monitor "--since takes a number" monitor --since 99999999999999999999
usage monitor "--count takes a number" monitor --count 0x
usage monitor "--count: needs a value" monitor --count
usage monitor "--policy goes with --json" monitor --policy
usage monitor "--session takes 32 characters of hex" monitor --session 1
usage monitor "takes one of --session and --peer" \
	monitor --session 00112233445566778899aabbccddeeff --peer "$key"
usage monitor "a peer is named by its public key: 44 characters of base64 or 64 of hex" \
	monitor --peer nokey
usage audit "audit: too few words" audit
usage audit "audit: too few words" audit verify
usage audit "no such word: prove" audit prove file
usage set "set: too few words" set
usage set "no such word: foo" set jvpn0 foo
usage set "peer needs a value" set jvpn0 peer
usage set "psk stands before any peer" set jvpn0 psk file
usage set "a peer is named by its public key: 44 characters of base64 or 64 of hex" \
	set jvpn0 peer "${key%?}"
usage set "listen-port 65536: not a port from 1 to 65535, or 0 for any" \
	set jvpn0 listen-port 65536
usage set "listen-port +1: not a port from 1 to 65535, or 0 for any" \
	set jvpn0 listen-port +1
usage set "fwmark 0x1ffffffff: not a number of 32 bits, or off" \
	set jvpn0 fwmark 0x1ffffffff
usage set "notice maybe: not on or off" set jvpn0 notice maybe
usage set "event-slots 1000: not a power of two from 64 to 65536" \
	set jvpn0 event-slots 1000
usage set "cipher aes-128: not a list of aes-256-gcm, chacha20-poly1305" \
	set jvpn0 cipher aes-128
usage set "cipher aes-256-gcm,: not a list of aes-256-gcm, chacha20-poly1305" \
	set jvpn0 cipher aes-256-gcm,
usage set "node a b: a node's name is printable ASCII without blanks and #" \
	set jvpn0 node 'a b'
usage set "allowed-ips 10.0.0.0/33: the length is not a number, or is too large" \
	set jvpn0 peer $key allowed-ips 10.0.0.0/33
usage set "allowed-ips 10.0.0.0/8,,10.1.0.0/16: not of the form ADDRESS/LENGTH" \
	set jvpn0 peer $key allowed-ips 10.0.0.0/8,,10.1.0.0/16
usage set "allowed-ips 10.0.0: not of the form ADDRESS/LENGTH" \
	set jvpn0 peer $key allowed-ips 10.0.0
usage set "endpoint 192.0.2.1: not of the form ADDRESS:PORT or [IPV6-ADDRESS]:PORT" \
	set jvpn0 peer $key endpoint 192.0.2.1
usage set "endpoint 2001:db8::1:80: not of the form ADDRESS:PORT or [IPV6-ADDRESS]:PORT" \
	set jvpn0 peer $key endpoint 2001:db8::1:80
usage set "endpoint 192.0.2.1:0: the port is not a number from 1 to 65535" \
	set jvpn0 peer $key endpoint 192.0.2.1:0
usage set "a peer that is removed takes nothing else" \
	set jvpn0 peer $key remove allowed-ips 10.0.0.0/8
usage path "path: too few words" path
usage path "no such word: foo" path foo
usage path "add: too few words" path add jvpn0
usage path "a path needs a remote" path add jvpn0 $key
usage path "remote needs a value" path add jvpn0 $key remote
usage path "id 8: a path's id is a number from 0 to 7" \
	path add jvpn0 $key id 8 remote 192.0.2.1:1
usage path "priority 256: a path's priority is a number from 0 to 255, lower is preferred" \
	path add jvpn0 $key remote 192.0.2.1:1 priority 256
usage path "dev a/b: not the name of an interface" \
	path add jvpn0 $key remote 192.0.2.1:1 dev a/b
usage path "local name: not an IPv4 or IPv6 address" \
	path add jvpn0 $key remote 192.0.2.1:1 local name
usage path "a path's id is a number from 0 to 7" path del jvpn0 $hex x
usage session "switch: too few words" session switch jvpn0 $key
usage session "a session is named by its id, 32 characters of hex, or by the peer's public key" \
	session show jvpn0 0123
usage policy "set: too few words" policy set jvpn0
usage policy "set: nothing to set" policy set jvpn0 peer $key
usage policy "no_such=1: no such policy field" policy set jvpn0 no_such=1
usage policy "persist: not of the form field=value" policy set jvpn0 persist
usage policy "persist=2: not on or off" policy set jvpn0 persist=2
usage policy "version=2: no such policy field" policy set jvpn0 version=2
usage policy "recovery_window=8 s: not a time: a number of ms, or with ms, s, m, h or d behind it" \
	policy set jvpn0 'recovery_window=8 s'
usage policy "recovery_window=50d: not a time: a number of ms, or with ms, s, m, h or d behind it" \
	policy set jvpn0 recovery_window=50d
usage policy "loss_volatile=1.55%: not a share: a number of permille, or with % behind it" \
	policy set jvpn0 loss_volatile=1.55%
usage policy "allowed_transports=sctp: not a list of udp4, udp6, tcp4, tcp6" \
	policy set jvpn0 allowed_transports=sctp
usage policy "slow: no such preset; there are balanced, mobile, fast-failover, fintech" \
	policy preset jvpn0 slow
usage syncconf "syncconf: too few words" syncconf jvpn0
usage genkey "genkey: too many words" genkey foo
usage explain "explain: too few words" explain
wrong 3 "there is no reason NO_SUCH; \`explain all\` shows them" explain NO_SUCH
wrong 3 "there is no reason 31; \`explain all\` shows them" explain 31
wrong 5 "cannot open /no/such/file: No such file or directory" \
	set jvpn0 private-key /no/such/file
wrong 5 "cannot open /no/such/file: No such file or directory" \
	setconf jvpn0 /no/such/file
wrong 5 "cannot read /: Is a directory" setconf jvpn0 /

# A private key in the wrong place must not end up in a log.
private=4Ep5gO2bW0BTtsuTUlGfG7MEVd9Jb1mk39iKI1u2lFk
ok "what may be a private key is not repeated" \
	test -z "$(tool show jvpn0 $private 2>&1 | grep $private)"

# Right command lines come as far as the kernel, which has no jvpn or no jvpn0.
right() {
	tool "$@" >"$tmp/out" 2>&1
	case $? in
	3 | 4) ok "right: [$*]" true ;;
	*)
		ok "right: [$*]" false
		sed 's/^/# /' "$tmp/out" ;;
	esac
}
if [[ $isolated ]]; then
	right show jvpn0
	right show jvpn0 $key
	right show jvpn0 $hex --keys --json
	right set jvpn0 listen-port 0 fwmark off node gw1 notice off event-slots 4096
	right set jvpn0 cipher CHACHA20-POLY1305,aes-256-gcm
	right set jvpn0 private-key /dev/null peer $hex psk /dev/null connect
	right set jvpn0 peer $key allowed-ips '' peer $hex remove
	right set jvpn0 peer $key allowed-ips ' 10.0.0.1 , fd00::/8 '
	right set jvpn0 peer $key endpoint '[2001:db8::1]:51820'
	right path add jvpn0 $key id 7 remote 192.0.2.1:1 dev eth0 \
		local 192.0.2.2 priority 255
	right path add jvpn0 $key remote '[fe80::1]:5' local '[fe80::2]'
	right path list jvpn0
	right session list jvpn0
	right session show jvpn0 00112233445566778899aabbccddeeff
	right session switch jvpn0 $key 3
	right session terminate jvpn0 $key
	right policy show jvpn0 peer $key
	right policy set jvpn0 --strict recovery_window=8s loss-volatile=2.5% \
		failback=off SwitchCooldown=off allowed_transports=udp4
	right policy set jvpn0 peer $key on_recovery_exceeded=terminate
	right policy preset jvpn0 Fast-Failover peer $key
	right monitor jvpn0 --since 0 --count 0x10
	right monitor jvpn0 --session 00112233445566778899aabbccddeeff
	right monitor jvpn0 --peer $key
	right showconf jvpn0
else
	skip "right command lines" "no user namespaces"
fi

finish
