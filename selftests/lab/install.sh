#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# install.sh [DESTDIR]: install what `make` has built: the module for KDIR's
# kernel and the tools.

. "$(dirname "$0")/common.sh"

dest=${1-}
kdir=${KDIR:-/lib/modules/$(uname -r)/build}
release=$(make -s --no-print-directory -C "$kdir" kernelrelease)
install -D -m 644 "$BUILD/host/jvpn.ko" \
	"$dest/lib/modules/$release/updates/jvpn.ko"
[[ $dest ]] || depmod "$release"
make --no-print-directory -C "$TOP/tools" BUILD="$BUILD" DESTDIR="$dest" install
