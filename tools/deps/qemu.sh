#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# qemu.sh: print which qemu-system-aarch64 to use: the one on PATH when it is new enough,
# else the place under $O where fetch.sh unpacks one.

least=$(awk -F ' *[|] *' '$1 == "qemu" { print $3 }' "$(dirname "$0")/list")
have=$(qemu-system-aarch64 --version 2>/dev/null |
	sed -n '1s/[^0-9]*\([0-9]*\)\..*/\1/p')
if [ "${have:-0}" -ge "$least" ]; then
	command -v qemu-system-aarch64
else
	echo "${O:-build}/deps/qemu/qemu-system-aarch64"
fi
