#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# cross.sh: print the prefix of the compiler for the target: GNU Arm's if on PATH, else the distribution's, else on an
# arm64 machine the native compiler. A missing compiler is named anyway.

for prefix in aarch64-none-elf- aarch64-linux-gnu-; do
	command -v "${prefix}gcc" >/dev/null && echo "$prefix" && exit
done
[ "$(uname -m)" = aarch64 ] || echo aarch64-linux-gnu-
