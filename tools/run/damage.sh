#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# damage.sh LETHE BUNDLE kernel|initrd|plan: inverts one bit in the middle of the given part of the file.
set -eu
json=$("$1" inspect --json "$2")
number() { # KEY, from one line of JSON on standard input
	sed -n 's/.*"'"$1"'": \([0-9]*\).*/\1/p' | head -n 1
}
case $3 in
plan) at=$(echo "$json" | grep '"blob":' | number plan_offset) length=$(echo "$json" | number total_size) ;;
*)
	segment=$(echo "$json" | grep "\"name\": \"$3\".*\"source\"")
	at=$(echo "$segment" | number source) length=$(echo "$segment" | number file_size) ;;
esac
at=$((at + length / 2))
byte=$(od -An -tu1 -j "$at" -N 1 "$2")
# shellcheck disable=SC2059	# the byte is written as an octal escape
printf "\\$(printf %03o $((byte ^ 1)))" | dd of="$2" bs=1 seek="$at" conv=notrunc 2>/dev/null
echo "run: one bit of the $3 turned over, at byte $at of $2"
