#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# seal.sh PREFIX ELF: fills in the digest of the blob's code and constants, which the blob checks before it boots
# anything (struct lethe_blob_self, include/lethe/image.h). What is behind the digest was put there by linker.ld.
set -eu
prefix=$1 elf=$2
self=$elf.self code=$elf.code
trap 'rm -f "$self" "$code"' EXIT
at() { echo $((0x$(echo "$symbols" | sed -n "s/ . $1\$//p"))); }
symbols=$("${prefix}nm" "$elf")
"${prefix}objcopy" -O binary -j .self "$elf" "$self"
"${prefix}objcopy" -O binary -j .text -j .monitor -j .rodata "$elf" "$code"
digest=$(head -c $(($(at lethe_rodata_end) - $(at lethe_text_start))) "$code" | sha256sum | cut -c -64)
# The only escapes that every printf has are octal ones.
octal=$(echo "$digest" | sed 's/../0x& /g' | xargs printf '\\0%03o')
printf '%b' "$octal" | dd of="$self" bs=1 seek=16 conv=notrunc 2>/dev/null
"${prefix}objcopy" --update-section .self="$self" "$elf"
