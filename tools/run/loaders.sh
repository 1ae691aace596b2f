# SPDX-License-Identifier: BSD-2-Clause
#
# loaders.sh: how each LOADER starts $dir/boot.img. Sourced by run.sh. loader_words puts QEMU's words into `words`; paths have no
# blanks. A disk is a folder that QEMU shows as FAT; the files on it are what a user would put there.

disk() { # [PATH=FILE or PATH:TEXT]...: a new disk
	rm -rf "$dir/disk"
	mkdir "$dir/disk"
	for entry; do
		case $entry in
		*=/*) path=${entry%%=*} ;;
		*) path=${entry%%:*} ;;
		esac
		mkdir -p "$dir/disk/$(dirname "$path")"
		case $entry in
		*=/*) cp "${entry#*=}" "$dir/disk/$path" ;;
		*) printf '%s\n' "${entry#*:}" >"$dir/disk/$path" ;;
		esac
	done
	words="-drive if=none,id=disk,format=raw,file=fat:rw:$dir/disk -device virtio-blk-pci,drive=disk,romfile="
}

removable=EFI/BOOT/BOOTAA64.EFI # UEFI 2.10, 3.5.1.1

loader_words() {
	case $LOADER in
	qemu) words="-kernel $dir/boot.img" ;;
	uboot)
		disk "boot.img=$dir/boot.img" "extlinux/extlinux.conf:label lethe
kernel /boot.img"
		words="-bios $UBOOT $words" ;;
	uefi)
		disk "$removable=$dir/boot.img"
		words="-bios $EDK2 $words" ;;
	grub)
		disk "$removable=$UEFI/12/grub.efi" "boot.img=$dir/boot.img" "EFI/debian/grub.cfg:linux /boot.img
boot"
		words="-bios $EDK2 $words" ;;
	systemd-boot)
		disk "$removable=$UEFI/12/systemd-boot.efi" "boot.img=$dir/boot.img" "loader/loader.conf:timeout 0" \
			"loader/entries/lethe.conf:title Lethe
linux /boot.img"
		words="-bios $EDK2 $words" ;;
	kexec)
		"$here/initramfs.sh" "$dir/client" "$BUSYBOX" "$here/init-kexec" "$KEXEC/sbin/kexec" "$KEXEC"/lib/* "$dir/boot.img"
		words="-kernel $KERNEL -initrd $dir/client -append console=ttyAMA0" ;;
	esac
}
