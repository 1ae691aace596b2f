#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# size.sh NM ELF: what the blob takes, against its budget (linker.ld asserts it; this only tells).
set -eu
at() { echo $((0x$(echo "$symbols" | sed -n "s/ . $1\$//p"))); }
part() { echo $(($(at "lethe_$1_end") - $(at "lethe_$1_start"))); }
symbols=$("$1" "$2")
text=$(part text) rodata=$(part rodata) data=$(part data) stacks=$(part stacks)
echo "$(basename "$2" .elf).img: text $text, rodata $rodata, data $data, stacks $stacks:" \
	"$((text + rodata + data + stacks)) of $(at LETHE_BUDGET) bytes; bss $(part bss) apart"
