#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh OUT SOURCE CONFIG PREFIX: an arm64 Image of CONFIG on top of tinyconfig, from a folder
# or a tar file of Linux, with PREFIXgcc. Everything else that it makes goes away again.
set -eu
out=$1 source=$2 config=$3 prefix=$4
mkdir -p "$(dirname "$out")"
work=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
if [ -f "$source" ]; then
	echo "kernel: unpacking" >&2
	mkdir "$work/source"
	tar --no-same-owner -xf "$source" -C "$work/source" --strip-components=1
	source=$work/source
fi
mkdir "$work/build"
work=$(cd "$work" && pwd)
# Nothing of the make that may have called us.
unset MAKEFLAGS MFLAGS MAKELEVEL O V
kbuild() {
	make -s -j "$(nproc)" -C "$source" O="$work/build" ARCH=arm64 CROSS_COMPILE="$prefix" \
		KBUILD_BUILD_USER=- KBUILD_BUILD_HOST=- KBUILD_BUILD_TIMESTAMP=- "$@" \
		>>"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; exit 1; }
}
echo "kernel: building, some minutes" >&2
kbuild tinyconfig
grep '^CONFIG_' "$config" >>"$work/build/.config"	# later lines win
kbuild olddefconfig
# What depends on something that is not there is dropped without a word.
grep '^CONFIG_' "$config" | while read -r line; do
	grep -qx "$line" "$work/build/.config" ||
		{ echo "kernel: $line is not to be had" >&2; exit 1; }
done
kbuild Image
mv "$work/build/arch/arm64/boot/Image" "$out"
