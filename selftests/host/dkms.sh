#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# dkms.sh: dkms builds and installs the module from dkms.conf, for the kernels
# whose headers are installed here; in folders of its own.

. "$(dirname "$0")/../lib.sh"

top=$(cd "$LIB_DIR/.." && pwd)
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$top/dkms.conf")
trees=(--dkmstree "$TEST_TMP/dkms" --sourcetree "$TEST_TMP/src"
	--installtree "$TEST_TMP/modules")
mkdir -p "$TEST_TMP"/{dkms,src,modules}

source=$TEST_TMP/src/jvpn-$version
mkdir "$source"
cp -a "$top"/{Kbuild,dkms.conf,module,include,COPYING} "$source/"

check "dkms add" dkms add "${trees[@]}" -m jvpn -v "$version"
for kernel in 6.1 6.12; do
	release=$("$LIB_DIR/lab/kbuild.sh" "$kernel" release)
	mkdir -p "$TEST_TMP/modules/$release"
	check "dkms build, $kernel" dkms build "${trees[@]}" -m jvpn \
		-v "$version" -k "$release" --kernelsourcedir \
		"/usr/src/linux-headers-$release"
	check "dkms install, $kernel" dkms install "${trees[@]}" -m jvpn \
		-v "$version" -k "$release" --no-depmod --kernelsourcedir \
		"/usr/src/linux-headers-$release"
	installed=$(find "$TEST_TMP/modules/$release" -name 'jvpn.ko*' \
		2>/dev/null | head -n 1)
	check_equal "module installed is for $kernel" "$release" \
		"$(modinfo -F vermagic "$installed" | cut -d' ' -f1)"
done
