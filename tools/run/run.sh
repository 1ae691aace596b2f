#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run.sh [shell]: packs Debian's kernel and a busybox initramfs with Lethe, and boots it under QEMU.
# Environment: O QEMU KERNEL BUSYBOX CPU EL SMP MEM, as `make help` has them.
set -eu
here=$(dirname "$0")
dir=$O/run
mkdir -p "$dir"
append="console=ttyAMA0 panic=-1"
[ "${1:-}" = shell ] && append="$append lethe.shell quiet"
case ${EL:-2} in
1) machine=virt ;;
2) machine=virt,virtualization=on ;;
*) echo "run: EL=$EL: QEMU starts this machine at EL 1 or 2" >&2; exit 2 ;;
esac
"$here/initramfs.sh" "$dir/initrd" "$BUSYBOX" "$here/init" "$O/arm64/lethe"
"$O/lethe" pack --kernel "$KERNEL" --initrd "$dir/initrd" --append "$append" -o "$dir/boot.img"
set -- "$QEMU" -M "$machine" -cpu "${CPU:-cortex-a72}" -smp "${SMP:-2}" -m "${MEM:-512M}" \
	-nographic -nic none -no-reboot -kernel "$dir/boot.img"
echo "$*"
exec "$@"
