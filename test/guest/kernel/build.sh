#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh OUT SOURCE CONFIG PREFIX FILE..: an arm64 Image of CONFIG on top of tinyconfig, with some C
# files of ours in it, from a folder or a tar file of Linux, with PREFIXgcc. All other files are removed again.
set -eu
out=$1 source=$2 config=$3 prefix=$4
shift 4
mkdir -p "$(dirname "$out")"
work=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
if [ -f "$source" ]; then
	echo "kernel: unpacking" >&2
	mkdir "$work/source"
	tar --no-same-owner -xf "$source" -C "$work/source" --strip-components=1
else	# the caller's tree: no file in it is changed
	cp -rs "$(cd "$source" && pwd)" "$work/source"
fi
source=$work/source
mkdir "$work/build"
work=$(cd "$work" && pwd)
kernel=$source/arch/arm64/kernel
cp -L --remove-destination "$kernel/Makefile" "$kernel/Makefile.own"
for file; do
	cp "$file" "$kernel/lethe_$(basename "$file")"
	echo "obj-y += lethe_$(basename "$file" .c).o" >>"$kernel/Makefile.own"
done
mv -f "$kernel/Makefile.own" "$kernel/Makefile"
# No variables of a calling make.
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
# Kconfig silently drops an option whose dependency is missing.
grep '^CONFIG_' "$config" | while read -r line; do
	grep -qx "$line" "$work/build/.config" ||
		{ echo "kernel: $line is not to be had" >&2; exit 1; }
done
kbuild Image
mv "$work/build/arch/arm64/boot/Image" "$out"
