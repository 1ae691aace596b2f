#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# size.sh SIZE ELF: what the blob takes, against its budget (linker.ld asserts it; this only tells).
set -eu
"$1" -A -d "$2" | awk '
	{ s[$1] = $2 }
	END {
		used = s[".head"] + s[".text"] + s[".rodata"] + s[".data"] + s[".stack"]
		printf "lethe.img: text %d, rodata %d, data and stack %d, header page %d: %d of 49152 bytes; bss %d apart\n",
			s[".text"], s[".rodata"], s[".data"] + s[".stack"], s[".head"], used, s[".bss"]
	}'
