#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build.sh OUT SOURCE PREFIX: Trusted Firmware for QEMU's virt machine, with PREFIXgcc, from each folder SOURCE/VERSION.
# No file there is changed. In OUT/VERSION:
#
#	bl1.bin, bl2.bin, bl31.bin	the image at BL33's place gets the device tree in x0
#	bl31-gicv3.bin			instead of bl31.bin, for the other GIC
#	bl2-bare.bin			instead of bl2.bin: x0 is the CPU's number, as is the default
set -eu
out=$1 source=$2 prefix=$3
mkdir -p "$(dirname "$out")"
work=$(mktemp -d "$out.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
work=$(cd "$work" && pwd)
# No variables of a calling make.
unset MAKEFLAGS MFLAGS MAKELEVEL O V
build() { # KIND WORD...: into $work/KIND/qemu/release
	kind=$1
	shift
	# E=0: its warnings of new compilers and linkers are no errors.
	make -j "$(nproc)" -C "$folder" PLAT=qemu CROSS_COMPILE="$prefix" E=0 BUILD_MESSAGE_TIMESTAMP='""' BUILD_STRING=- \
		BUILD_BASE="$work/$kind" "$@" >>"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; exit 1; }
}
take() { # KIND NAME AS
	mv "$work/$1/qemu/release/$2" "$result/$3"
}
for folder in "$source"/*/; do
	version=$(basename "$folder")
	echo "tfa: building $version" >&2
	# A linker's warning that is an error for the older versions; the newer ones switch it off themselves.
	unset TF_LDFLAGS
	grep -q no-warn-rwx-segments "$folder/Makefile" || export TF_LDFLAGS=--no-warn-rwx-segments
	result=$work/result/$version
	mkdir -p "$result"
	build tree ARM_LINUX_KERNEL_AS_BL33=1 bl1 bl2 bl31
	build gicv3 ARM_LINUX_KERNEL_AS_BL33=1 QEMU_USE_GIC_DRIVER=QEMU_GICV3 bl31
	build bare bl2
	for name in bl1 bl2 bl31; do take tree $name.bin $name.bin; done
	take gicv3 bl31.bin bl31-gicv3.bin
	take bare bl2.bin bl2-bare.bin
	rm -r "$work/tree" "$work/gicv3" "$work/bare"
done
rm -rf "$out"
mv "$work/result" "$out"
