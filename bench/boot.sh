#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# boot.sh PAIRS: how much later the same kernel reaches user space through Lethe than directly.
#
# Direct and through Lethe in turn, so that a change of the host's load meets both; the median of the ratios,
# because a wall-clock figure alone has no meaning.
# Environment: O QEMU KERNEL BUSYBOX PYTHON CC_TARGET.
set -eu
pairs=$1
dir=$O/bench
mkdir -p "$dir"
append="console=ttyAMA0 panic=-1"
tools/run/initramfs.sh "$dir/initrd" "$BUSYBOX" tools/run/init "$O/arm64/lethe"
"$O/lethe" pack --kernel "$KERNEL" --initrd "$dir/initrd" --append "$append" -o "$dir/boot.img" >/dev/null

# Milliseconds from starting QEMU to the first line of user space.
boot() {
	start=$(date +%s%N)
	rm -f "$dir/line" "$dir/pid"
	mkfifo "$dir/line"
	timeout 60 "$QEMU" -M virt,virtualization=on -cpu cortex-a72 -m 512M -nographic -nic none -no-reboot "$@" \
		</dev/null >"$dir/line" 2>"$dir/stderr" &
	pid=$!
	end=
	while IFS= read -r line; do
		case $line in
		"init: user space"*) end=$(date +%s%N); break ;;
		esac
	done <"$dir/line"
	kill "$pid" 2>/dev/null || :
	wait "$pid" 2>/dev/null || :
	if [ -z "$end" ]; then
		echo "bench: no user space: $*" >&2
		exit 1
	fi
	echo $(((end - start) / 1000000))
}

i=0
: >"$dir/pairs"
while [ "$i" -lt "$pairs" ]; do
	direct=$(boot -kernel "$KERNEL" -initrd "$dir/initrd" -append "$append")
	lethe=$(boot -kernel "$dir/boot.img")
	echo "$direct $lethe" | tee -a "$dir/pairs" | sed 's/\(.*\) \(.*\)/pair: direct \1 ms, through Lethe \2 ms/'
	i=$((i + 1))
done
ratio=$(awk '{ printf "%.3f\n", $2 / $1 }' "$dir/pairs" | sort -n | awk '{ r[NR] = $1 } END { print r[int((NR + 1) / 2)] }')
"$PYTHON" bench/report.py boot "{\"pairs\": $pairs, \"median_ratio_through_lethe_to_direct\": $ratio}"
awk -v r="$ratio" 'BEGIN { printf "user space is reached %.1f%% later through Lethe (median of the pairs)\n", (r - 1) * 100 }'
