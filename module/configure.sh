#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# configure.sh: find out what the kernel that is built for offers.
#
#   configure.sh OUTPUT COMPILER [FLAG]...
#
# Each probe is a few lines of C that compile on a kernel that has the feature
# and do not on one that lacks it. Distributions backport, so the version number
# says little. The answers go to OUTPUT as JVPN_HAVE_* macros for compat.h.

set -eu

output=$1
shift

source=$(mktemp "${TMPDIR:-/tmp}/jvpn-probe.XXXXXX")
answers=$(mktemp "${TMPDIR:-/tmp}/jvpn-answers.XXXXXX")
trap 'rm -f "$source" "$answers"' EXIT

# compiles COMPILER FLAG...: does the source do? What C lets pass with a warning
# where types or declarations do not fit counts as an error.
compiles() {
	"$@" -Wno-error -Werror=implicit-function-declaration \
		-Werror=incompatible-pointer-types -Werror=int-conversion \
		-fsyntax-only -x c "$source" 2>/dev/null
}

# probe NAME HEADERS BODY COMPILER FLAG...: BODY is the inside of a function.
probe() {
	name=$1 headers=$2 body=$3
	shift 3
	{
		echo '#include <linux/kernel.h>'
		for header in $headers; do
			echo "#include <$header>"
		done
		echo 'void jvpn_probe(void);'
		echo "void jvpn_probe(void) { $body }"
	} >"$source"
	if compiles "$@"; then
		echo "#define JVPN_HAVE_$name 1"
	else
		echo "/* JVPN_HAVE_$name is not set */"
	fi >>"$answers"
}

# Two controls: a compiler that takes or refuses everything would answer all
# questions alike, and wrongly.
probe CONTROL_GOOD linux/netdevice.h \
	'struct net_device *dev = NULL; (void)dev_net(dev);' "$@"
probe CONTROL_BAD linux/netdevice.h \
	'jvpn_there_is_no_such_function(0);' "$@"
if ! grep -q 'define JVPN_HAVE_CONTROL_GOOD' "$answers" ||
	grep -q 'define JVPN_HAVE_CONTROL_BAD' "$answers"; then
	echo "configure.sh: the compiler cannot be used for probes:" >&2
	probe CONTROL_GOOD linux/netdevice.h \
		'struct net_device *dev = NULL; (void)dev_net(dev);' "$@"
	"$@" -fsyntax-only -x c "$source" >&2 || true
	exit 1
fi

probe SHA256_CTX crypto/sha2.h \
	'struct sha256_ctx ctx; sha256_init(&ctx);' "$@"
probe CRYPTO_COMPLETION_DATA linux/crypto.h \
	'crypto_completion_t c = (void (*)(void *, int))NULL; (void)c;' "$@"
probe HRTIMER_SETUP linux/hrtimer.h \
	'struct hrtimer t; hrtimer_setup(&t, NULL, CLOCK_BOOTTIME, HRTIMER_MODE_ABS);' "$@"
probe TIMER_DELETE_SYNC linux/timer.h \
	'struct timer_list *t = NULL; timer_delete_sync(t);' "$@"
probe ETHTOOL_PUTS linux/ethtool.h \
	'u8 *p = NULL; ethtool_puts(&p, "x");' "$@"
probe LLTX linux/netdevice.h \
	'struct net_device *dev = NULL; dev->lltx = true;' "$@"
probe RTNL_NEWLINK_PARAMS net/rtnetlink.h \
	'struct rtnl_newlink_params p; (void)rtnl_newlink_link_net(&p);' "$@"
probe UDP_TUNNEL_TAKES_SOCK "linux/net.h net/udp_tunnel.h" \
	'struct sock *sk = NULL; setup_udp_tunnel_sock(NULL, sk, NULL);' "$@"
probe GENL_SPLIT_OPS net/genetlink.h \
	'struct genl_split_ops op; (void)op;' "$@"

{
	echo '/* Made by configure.sh for one kernel. */'
	grep -v CONTROL "$answers"
} >"$output"
