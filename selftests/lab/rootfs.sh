#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# rootfs.sh: make the part of the initial file system that depends only on this
# machine's packages: shell, network tools, Python. Prints the archive's path.

. "$(dirname "$0")/common.sh"

packages=(bash coreutils diffutils ethtool findutils gawk grep iperf3 iproute2
	iputils-ping jq kmod mawk mount netcat-openbsd nftables procps
	python3-minimal python3-yaml sed socat tcpdump util-linux util-linux-extra
	wireguard-tools)
programs='bash dash sh cat chmod chown chroot cp cut date dd df dirname du echo
	env expr false head id install kill ln ls md5sum mkdir mkfifo mknod
	mktemp mv nice nproc numfmt od paste printf pwd readlink realpath rm
	rmdir seq sha256sum shuf sleep sort split stat stdbuf stty sync tac tail
	tee test timeout touch tr true truncate tty uname uniq wc whoami xxd
	yes base64 basename comm diff cmp find xargs grep awk mawk sed tar gzip
	iperf3 ip tc ss bridge ping nft jq kmod insmod rmmod modprobe lsmod
	modinfo depmod mount umount nc nc.openbsd ps pgrep pkill pidof free
	sysctl uptime watch python3 python3.11 socat tcpdump wg ethtool dmesg
	flock ionice lsns nsenter setpriv setsid unshare hexdump script taskset
	hostname'

"$LAB/packages.sh"
key=$({
	dpkg-query -W -f '${Package} ${Version}\n' "${packages[@]}" 2>/dev/null
	cat "$LAB/rootfs.sh"
} | sha256sum | cut -c1-12)
entry=rootfs-$key.cpio.d

# copy ROOT FILE...: with everything the dynamic linker wants.
copy() {
	local root=$1 file
	shift
	for file; do
		[[ -e $root$file ]] && continue
		mkdir -p "$root$(dirname "$file")"
		cp -L "$file" "$root$file" || return 1
	done
}

libraries() {
	ldd "$@" 2>/dev/null | grep -oE '/[^ :]+\.so[^ :]*' | sort -u
}

make_root() {
	local dir=$1 root=$1/root program python f
	local -a files libs
	mkdir -p "$root"/{dev,etc,proc,root,run,sys,tmp,var} || return 1
	ln -s ../run "$root/var/run"
	for f in bin sbin lib lib64; do
		mkdir -p "$root/usr/$f"
		ln -s "usr/$f" "$root/$f" || return 1
	done

	for program in $programs; do
		f=$(PATH=/usr/sbin:/usr/bin type -P "$program") || continue
		files+=("$f")
	done
	for f in /usr/lib/python3.11/lib-dynload/*.so; do
		case ${f##*/} in _test* | _tkinter* | xx*) ;; *) files+=("$f") ;; esac
	done
	files+=(/usr/libexec/coreutils/libstdbuf.so)
	mapfile -t libs < <(libraries "${files[@]}")
	copy "$root" "${files[@]}" || return 1
	for f in "${libs[@]}"; do
		copy "$root" "/usr${f#/usr}" || return 1
	done

	python=/usr/lib/python3.11
	(cd / && find "${python#/}" -name '*.py' ! -path '*/test/*' \
		! -path '*/idlelib/*' ! -path '*/tkinter/*' ! -path '*/lib2to3/*' \
		! -path '*/ensurepip/*' ! -path '*/pydoc_data/*' \
		! -path '*/distutils/*' ! -path '*/turtledemo/*' |
		cpio -pdm --quiet "$root") || return 1
	(cd / && find usr/lib/python3/dist-packages/yaml -name '*.py' |
		cpio -pdm --quiet "$root") || return 1
	# Compiled once here, not at every start under emulation.
	/usr/bin/python3 -m compileall -q -s "$root" -p / "$root$python" || true

	cp /etc/protocols /etc/services "$root/etc/" 2>/dev/null
	printf '%s\n' 'root:x:0:0:root:/root:/bin/bash' \
		'tcpdump:x:108:113::/tmp:/bin/false' \
		'nobody:x:65534:65534::/tmp:/bin/false' >"$root/etc/passwd" &&
		printf '%s\n' 'root:x:0:' 'tcpdump:x:113:' 'nogroup:x:65534:' \
			>"$root/etc/group" &&
		echo '127.0.0.1 localhost' >"$root/etc/hosts" &&
		printf '%s: files\n' passwd group hosts protocols services \
			>"$root/etc/nsswitch.conf" &&
		(cd "$root" && find . | LC_ALL=C sort |
			cpio -o -H newc --quiet -R 0:0) >"$dir/rootfs.cpio" &&
		rm -rf "$root"
}

fill() {
	timed "making the file system of the virtual machines" make_root "$1"
}

cached "$entry" fill
printf '%s\n' "$CACHE/$entry/rootfs.cpio"
