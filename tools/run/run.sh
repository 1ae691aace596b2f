#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# run.sh [shell]: packs Debian's kernel and a busybox initramfs with Lethe, and boots the bundle under QEMU.
# Environment: O QEMU KERNEL BUSYBOX CPU EL SMP MEM LIMIT DAMAGE LOADER, as `make help` has them; UBOOT EDK2 UEFI KEXEC
# for the loaders that need them (loaders.sh).
# Status 0: user space came up and powered off. "shell" leaves a shell in user space; the status is QEMU's.
set -eu
here=$(dirname "$0")
mkdir -p "$O/run"
dir=$(cd "$O/run" && pwd)
append="console=ttyAMA0 panic=-1"
[ "${1:-}" = shell ] && append="$append lethe.shell quiet"
case ${EL:-2} in
1) machine=virt ;;
2) machine=virt,virtualization=on ;;
*) echo "run: EL=$EL: QEMU starts this machine at EL 1 or 2" >&2; exit 2 ;;
esac
case ${DAMAGE:-} in
'' | kernel | initrd | plan) ;;
*) echo "run: DAMAGE=$DAMAGE: is kernel, initrd or plan" >&2; exit 2 ;;
esac
LOADER=${LOADER:-qemu}
case $LOADER in
qemu | uboot | kexec | uefi | grub | systemd-boot) ;;
*) echo "run: LOADER=$LOADER: is qemu, uboot, kexec, uefi, grub or systemd-boot" >&2; exit 2 ;;
esac
limit=${LIMIT:-180}
case $limit in
*[!0-9]* | 0*) echo "run: LIMIT=$limit: is a number of seconds" >&2; exit 2 ;;
esac
"$here/initramfs.sh" "$dir/initrd" "$BUSYBOX" "$here/init" "$O/arm64/lethe"
"$O/lethe" pack --kernel "$KERNEL" --initrd "$dir/initrd" --append "$append" -o "$dir/boot.img"
[ -z "${DAMAGE:-}" ] || "$here/damage.sh" "$O/lethe" "$dir/boot.img" "$DAMAGE"
. "$here/loaders.sh"
loader_words
# shellcheck disable=SC2086
set -- "$QEMU" -M "$machine" -cpu "${CPU:-cortex-a72}" -smp "${SMP:-2}" -m "${MEM:-512M}" \
	-nographic -nic none -no-reboot $words
echo "$*"
if [ "$append" != "${append#*lethe.shell}" ]; then
	echo "run: Ctrl-A X leaves QEMU; 'poweroff -f' in the shell ends it, too"
	exec "$@"
fi
echo "run: Ctrl-A X leaves QEMU; it is ended when Lethe halts, or after $limit seconds (LIMIT=)"

# The console is shown line by line. The text decides the status, and a halt ends QEMU, which would wait for ever.
rm -f "$dir/pid" "$dir/status"
{
	status=0
	timeout --foreground "$limit" sh -c 'echo $$ >"$0"; exec "$@"' "$dir/pid" "$@" || status=$?
	echo "$status" >"$dir/status"
} | {
	up=no why="user space did not come up"
	while IFS= read -r line; do
		printf '%s\n' "$line"
		case $line in
		"init: user space"*) up=yes ;;
		*"Kernel panic"*) why="the kernel panicked" up=never ;;
		"lethe: halt"* | "lethe: back to firmware"*)
			why="Lethe refused to start the kernel"
			kill "$(cat "$dir/pid")" 2>/dev/null || : ;;
		esac
	done
	status=$(cat "$dir/status")
	if [ "$status" = 124 ]; then
		why="not done after $limit seconds; LIMIT=seconds gives it more"
	elif [ "$status,$up" = 0,yes ]; then
		exit 0
	fi
	echo "run: $why" >&2
	exit 1
}
