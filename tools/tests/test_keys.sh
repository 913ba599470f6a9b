#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Keys: known vectors, round trips, what is refused.

. "$(dirname "$0")/lib.sh"

to_hex() { base64 -d | od -An -v -tx1 | tr -d ' \n'; }
pubkey() { "$JVPN_TOOL" pubkey; }

# refused NAME: a private key on standard input that must not be accepted.
refused() {
	local out status
	out=$("$JVPN_TOOL" pubkey 2>&1 >"$tmp/out")
	status=$?
	ok "refused: $1" test "$status" = 2 -a ! -s "$tmp/out"
	[[ $out == *"44 characters of base64"* ]] || echo "# it says: $out"
}

# RFC 7748, section 6.1.
alice=77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a
bob=5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb
is "public key of RFC 7748, Alice" "$(pubkey <<<$alice | to_hex)" \
	8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a
is "public key of RFC 7748, Bob" "$(pubkey <<<$bob | to_hex)" \
	de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f
is "the same in base64" "$(pubkey <<<XasIfmJKikt54X+Lg4AO5m87sSkmGLb9HC+LJ/+I4Os=)" \
	"$(pubkey <<<$bob)"
is "blanks around a key" "$(printf '\n  %s \n\n' $bob | pubkey)" \
	"$(pubkey <<<$bob)"

for i in 1 2 3 4 5 6 7 8; do
	"$JVPN_TOOL" genkey
done >"$tmp/keys"
is "private keys differ" "$(sort -u "$tmp/keys" | wc -l)" 8
is "they have 44 characters" "$(grep -cxE '[A-Za-z0-9+/]{43}=' "$tmp/keys")" 8
clamped=0
while read -r key; do
	hex=$(to_hex <<<"$key")
	((16#${hex:0:2} % 8 == 0 && 16#${hex:62:2} >> 6 == 1)) &&
		clamped=$((clamped + 1))
done <"$tmp/keys"
is "they are what RFC 7748 makes of them" "$clamped" 8
is "preshared keys differ" \
	"$(for i in 1 2 3 4; do "$JVPN_TOOL" genpsk; done | sort -u | wc -l)" 4

if command -v wg >/dev/null; then
	same=0
	while read -r key; do
		[[ $(pubkey <<<"$key") == "$(wg pubkey <<<"$key")" ]] &&
			same=$((same + 1))
	done <"$tmp/keys"
	is "wg derives the same public keys" "$same" 8
else
	skip "wg derives the same public keys" "there is no wg"
fi

refused "nothing" </dev/null
refused "43 characters" <<<XasIfmJKikt54X+Lg4AO5m87sSkmGLb9HC+LJ/+I4Os
refused "45 characters" <<<XasIfmJKikt54X+Lg4AO5m87sSkmGLb9HC+LJ/+I4Os==
refused "bits where there are none" <<<XasIfmJKikt54X+Lg4AO5m87sSkmGLb9HC+LJ/+I4Ot=
refused "URL alphabet" <<<XasIfmJKikt54X-Lg4AO5m87sSkmGLb9HC-LJ_-I4Os=
refused "blank inside" <<<'XasIfmJKikt54X+Lg4AO5m87s kmGLb9HC+LJ/+I4Os='
refused "two keys" <<<"$alice
$bob"
refused "63 hex digits" <<<"${alice%?}"
refused "not hex" <<<"${alice%?}g"
printf '%s\0' $alice | refused "zero byte behind it"
head -c 100000 /dev/zero >"$tmp/large"
"$JVPN_TOOL" pubkey <"$tmp/large" 2>"$tmp/err"
is "a large file is refused" $? 5

key_in_set() {
	tool set nosuch0 private-key "$1" 2>&1
}
if [[ $isolated ]]; then
	echo $alice >"$tmp/key"
	ok "no word about a private file" \
		test -z "$(key_in_set "$tmp/key" | grep note)"
	chmod 644 "$tmp/key"
	ok "a word about a file that others can read" \
		grep -q "note:.*accessible to others" <(key_in_set "$tmp/key")
else
	skip "files that others can read" "no user namespaces"
fi
"$JVPN_TOOL" genkey >"$tmp/new" 2>"$tmp/err"
ok "no word about a private output" test ! -s "$tmp/err"
chmod 644 "$tmp/new"
"$JVPN_TOOL" genkey >"$tmp/new" 2>"$tmp/err"
ok "a word about an output that others can read" grep -q umask "$tmp/err"
"$JVPN_TOOL" genkey >/dev/full 2>"$tmp/err"
is "an output that cannot be written" $? 5

finish
