#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# modules.sh KERNEL: make a directory to become part of the initial file system,
# with the kernel's own modules that tests may want and all they depend on;
# print its path.
#
# They are found by modprobe inside, so the kernel loads what it asks for.

. "$(dirname "$0")/common.sh"

wanted=(
	# the tunnel's needs
	udp_tunnel ip6_udp_tunnel libcurve25519 libchacha20poly1305 gcm ccm
	chacha20poly1305 chacha20poly1305-x86_64 aesni-intel ghash-clmulni-intel
	ghash-generic ctr cryptd chacha chacha_generic poly1305_generic
	chacha-x86_64 poly1305-x86_64 curve25519-x86_64
	libsha256 sha256_generic sha256-ssse3 hmac blake2s-x86_64 seqiv
	# the topology
	veth dummy bridge sch_netem sch_tbf sch_fq sch_fq_codel sch_ingress
	sch_htb cls_u32 cls_matchall cls_flower cls_basic act_gact act_mirred
	act_pedit nf_tables nft_chain_nat nft_masq nft_nat nft_ct nft_limit
	nft_log nft_reject nft_reject_inet nft_counter nft_fib_inet
	nft_redir nf_nat nf_conntrack nf_conntrack_netlink nfnetlink
	vrf macvlan ipvlan 8021q tun ipip fou fou6 ip6_tunnel af_packet
	# what jvpn is compared with, and measuring
	wireguard ovpn mptcp_diag tcp_diag udp_diag inet_diag packet_diag
	pktgen tcp_bbr tls netconsole
	# the machine
	virtio_console virtio_net virtio_pci 9pnet_virtio 9p af_alg
	algif_aead algif_hash algif_skcipher
)

kernel=$1
image=$("$LAB/image.sh" "$kernel")
release=$(<"$image/release")
entry=modules-$release-$(short_hash "$LAB/modules.sh" "$image/vmlinuz").d

collect() {
	local dir=$1 root=$1/root lib=lib/modules/$release module file
	mkdir -p "$root/usr/$lib" && ln -s usr/lib "$root/lib" || return 1
	for file in "$image/$lib"/modules.{order,builtin,builtin.modinfo}; do
		[[ ! -e $file ]] || cp "$file" "$root/$lib/" || return 1
	done
	for module in "${wanted[@]}"; do
		modprobe -d "$image" -S "$release" --show-depends "$module" \
			2>/dev/null | sed -n 's/^insmod \([^ ]*\).*/\1/p'
	done | sort -u >"$dir/list"
	while read -r file; do
		file=${file#"$image"/}
		mkdir -p "$root/$(dirname "$file")" &&
			cp "$image/$file" "$root/$file" || return 1
	done <"$dir/list"
	# Taking them apart costs more under emulation than here.
	find "$root" -name '*.ko.xz' -exec xz -d {} + &&
		find "$root" -name '*.ko.zst' -exec zstd -q -d --rm {} + &&
		mkdir -p "$root/usr/$lib/extra" &&
		depmod -b "$root" "$release" 2>/dev/null
}

fill() {
	timed "collecting the modules of $release" collect "$1"
}

cached "$entry" fill
printf '%s\n' "$CACHE/$entry/root"
