#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# qemu.sh: print the qemu-system-aarch64 to use: from PATH if new enough, else the path under $O to which fetch.sh
# unpacks QEMU.

least=$(awk -F ' *[|] *' '$1 == "qemu" { print $3 }' "$(dirname "$0")/list")
have=$(qemu-system-aarch64 --version 2>/dev/null |
	sed -n '1s/[^0-9]*\([0-9]*\)\..*/\1/p')
if [ "${have:-0}" -ge "$least" ]; then
	command -v qemu-system-aarch64
else
	echo "${O:-build}/deps/qemu/qemu-system-aarch64"
fi
