# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# source.sh: the sources of the kernels that the lab builds itself. Sourced
# after common.sh, never run.

source_version() {
	dpkg-query -W -f '${Version}' linux-source-6.12 2>/dev/null && return
	"$LAB/packages.sh" >&2
	dpkg-query -W -f '${Version}' linux-source-6.12
}

# unpack_source DIR
unpack_source() {
	tar -xf /usr/src/linux-source-6.12.tar.xz -C "$1" --strip-components=1
}
