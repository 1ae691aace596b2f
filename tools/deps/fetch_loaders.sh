# SPDX-License-Identifier: BSD-2-Clause
#
# fetch_loaders.sh: a part of fetch.sh, sourced: firmware and boot managers that start a bundle, and a payload that is not Linux.
# Each function leaves its result in $tmp/out.

# shellcheck disable=SC2154	# $tmp is fetch.sh's

fetch_u_boot() {
	set -- /usr/lib/u-boot/qemu_arm64/u-boot.bin
	[ -e "$1" ] || {
		unpack_debs arm64 "$tmp/root" u-boot-qemu
		set -- "$tmp/root$1"
	}
	cp "$1" "$tmp/out"
}

fetch_edk2() {
	set -- /usr/share/qemu-efi-aarch64/QEMU_EFI.fd
	[ -e "$1" ] || {
		unpack_debs arm64 "$tmp/root" qemu-efi-aarch64
		set -- "$tmp/root$1"
	}
	cp "$1" "$tmp/out"
}

world_of() { # CODENAME
	[ "$(. /etc/os-release && echo "${VERSION_CODENAME:-sid}")" = "$1" ] && echo arm64 || echo "$1"
}

# Each file under one name in both releases. code.fd is what the package takes for machines without Secure Boot, secure.fd what
# it takes for those with it: in Debian 12 one firmware is both. The files of 64 MiB hold 3.
fetch_uefi() {
	for row in 12:bookworm:grub-efi-arm64-bin 13:trixie:grub-efi-arm64-unsigned; do
		out=$tmp/out/${row%%:*}
		suite=${row#*:}
		rm -rf "$tmp/root"
		mkdir -p "$out"
		unpack_debs "$(world_of "${suite%:*}")" "$tmp/root" "${row##*:}" qemu-efi-aarch64 systemd-boot-efi shim-unsigned
		(
			cd "$tmp/root/usr"
			cp --sparse=always share/AAVMF/AAVMF_CODE.fd "$out/code.fd"
			cp --sparse=always share/AAVMF/AAVMF_CODE.snakeoil.fd "$out/secure.fd"
			[ ! -e share/AAVMF/AAVMF_CODE.secboot.strictnx.fd ] ||
				cp --sparse=always share/AAVMF/AAVMF_CODE.secboot.strictnx.fd "$out/strictnx.fd"
			cp --sparse=always share/AAVMF/AAVMF_VARS.fd "$out/vars.fd"
			cp --sparse=always share/AAVMF/AAVMF_VARS.snakeoil.fd "$out/vars-snakeoil.fd"
			cp share/qemu-efi-aarch64/PkKek-1-snakeoil.key "$out/snakeoil.key"
			cp share/qemu-efi-aarch64/PkKek-1-snakeoil.pem "$out/snakeoil.pem"
			cp lib/grub/arm64-efi/monolithic/grubaa64.efi "$out/grub.efi"
			cp lib/systemd/boot/efi/systemd-bootaa64.efi "$out/systemd-boot.efi"
			cp lib/systemd/boot/efi/linuxaa64.efi.stub "$out/stub.efi"
			cp lib/shim/shimaa64.efi "$out/shim.efi"
			cp lib/shim/mmaa64.efi "$out/mok.efi"
		)
	done
}

fetch_xen() {
	apt_ready arm64
	package=$(apt_in arm64 apt-cache depends --no-recommends xen-system-arm64 |
		awk '$1 == "Depends:" && $2 ~ /^xen-hypervisor-.*-arm64/ { print $2; exit }')
	unpack_debs arm64 "$tmp/root" "$package"
	mv "$tmp"/root/boot/xen-*.efi "$tmp/out"
}
