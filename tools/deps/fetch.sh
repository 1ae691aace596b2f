#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# fetch.sh NAME...: put things at their fixed places under $O/deps, once, never installed:
#
#	newlib	newlib/			newlib's source tree
#	libfdt	libfdt/			libfdt's sources, flat
#	kernel	kernel/Image		Debian's arm64 cloud kernel; kernel/version
#	kernels	kernels/{6.1,6.12}	Debian 12's and 13's: this release's and the other
#	kernels-generic  kernels-generic/{6.1,6.12}	the same, of the generic flavour
#	kernel-16k  kernel-16k		Debian 13's with pages of 16 KiB
#	dtbs	dtbs/VENDOR/*.dtb	the device trees of the latter 6.12
#	busybox	busybox			static, arm64
#	u-boot	u-boot.bin		for QEMU's virt machine
#	edk2	edk2.fd			the same
#	uefi	uefi/{12,13}/		Debian 12's and 13's edk2 with Secure Boot and its variables, GRUB, systemd-boot, shim
#	kexec	kexec/sbin/kexec	Debian's kexec, arm64, with kexec/lib/: all libraries
#	kexec-other  kexec-other/	the same of the other release: Debian 13's on 12, 12's on 13
#	xen	xen			the hypervisor, as the UEFI program that is an Image too
#	cavp	cavp/SHA256*.rsp	NIST's vectors for SHA-256
#	kexec-src  kexec-src/		from kexec-tools' source tree: the purgatory's sources
#	kexec-tools-src  kexec-tools-src/	all of it, with Debian's patches: examples/kexec-tools
#	kexec-tools-other-src  kexec-tools-other-src/	the same of the other release
#	openssl-src  openssl-src/	from OpenSSL's: SHA-2 in assembly, and the generators
#	linux-src  linux-src.tar.xz	Debian's kernel source
#	tfa-src  tfa-src/{2.8,2.12}	Trusted Firmware, Debian 12's and 13's
#	arm64	arm64/{include,lib}	zlib and zstd, static, arm64
#	qemu	qemu/qemu-system-aarch64

set -eu

O=${O:-build}
mkdir -p "$O/deps"
O=$(cd "$O" && pwd)
. "$(dirname "$0")/apt.sh"
. "$(dirname "$0")/fetch_loaders.sh"

other_release() {
	case $(. /etc/os-release && echo "${VERSION_CODENAME:-sid}") in
	trixie) echo bookworm ;;
	*) echo trixie ;;
	esac
}

place() {
	case $1 in
	kernel) echo "$O/deps/kernel/Image" ;;
	u-boot) echo "$O/deps/u-boot.bin" ;;
	edk2) echo "$O/deps/edk2.fd" ;;
	qemu) echo "$O/deps/qemu/qemu-system-aarch64" ;;
	linux-src) echo "$O/deps/linux-src.tar.xz" ;;
	*) echo "$O/deps/$1" ;;
	esac
}

unpack_debs() { # WORLD FOLDER PACKAGE...
	world=$1
	into=$2
	shift 2
	mkdir -p "$tmp/debs" "$into"
	(cd "$tmp/debs" && apt_fetch "$world" download "$@")
	for deb in "$tmp"/debs/*.deb; do
		dpkg-deb -x "$deb" "$into"
		rm "$deb"
	done
}

fetch_newlib() {
	set -- /usr/src/newlib*/newlib*.tar* /usr/src/newlib*.tar*
	while [ $# -gt 0 ] && [ ! -e "$1" ]; do shift; done
	if [ $# = 0 ]; then
		unpack_debs arm64 "$tmp/root" newlib-source
		set -- "$tmp"/root/usr/src/newlib*/newlib*.tar* "$tmp"/root/usr/src/newlib*.tar*
		[ -e "$1" ] || shift
	fi
	mkdir "$tmp/out"
	# The C library alone: the rest is 60 MB of other machines' support.
	tar --no-same-owner -xf "$1" -C "$tmp/out" --strip-components=1 --wildcards \
		'*/newlib/libc/*' '*/newlib/newlib.hin' '*/newlib/*configure*' '*/COPYING.NEWLIB'
}

# Trusted Firmware carries a copy of libfdt; if Trusted Firmware is unavailable, libfdt comes from dtc, its home.
fetch_libfdt() {
	mkdir "$tmp/src" "$tmp/root" "$tmp/out"
	for package in arm-trusted-firmware device-tree-compiler; do
		(cd "$tmp/src" && apt_fetch src "source --download-only" "$package") || continue
		for tar in "$tmp"/src/*.orig.tar.?z; do
			tar --no-same-owner -xf "$tar" -C "$tmp/root"
		done
		find "$tmp/root" -path '*/libfdt/*.[ch]' -exec cp {} "$tmp/out" \;
		[ -e "$tmp/out/fdt.c" ] && [ -e "$tmp/out/fdt.h" ] &&
			[ -e "$tmp/out/libfdt.h" ] && [ -e "$tmp/out/libfdt_env.h" ] && return
	done
	echo "deps: no libfdt in the archive's sources" >&2
	return 1
}

# A kernel's package name changes with each version: ask the metapackage.
kernel_package() { # WORLD METAPACKAGE
	apt_in "$1" apt-cache depends --no-recommends "$2" 2>/dev/null |
		awk '$1 == "Depends:" && $2 ~ /^linux-image-/ { print $2; exit }'
}

# The Image alone: the modules are some hundred MB.
take_kernel() { # WORLD PACKAGE FILE
	mkdir -p "$tmp/debs"
	(cd "$tmp/debs" && apt_fetch "$1" download "$2")
	dpkg-deb --fsys-tarfile "$tmp/debs/$2"_*.deb | tar -xO --wildcards './boot/vmlinuz-*' >"$3"
	rm "$tmp/debs/$2"_*.deb
	magic=$(dd if="$3" bs=1 skip=56 count=4 2>/dev/null | tr -d '\0')
	[ "$magic" = "ARMd" ] || {
		echo "deps: $2 holds no plain arm64 Image" >&2
		return 1
	}
}

fetch_kernel() {
	apt_ready arm64
	image=$(kernel_package arm64 linux-image-cloud-arm64)
	mkdir "$tmp/out"
	take_kernel arm64 "$image" "$tmp/out/Image"
	echo "${image#linux-image-}" >"$tmp/out/version"
}

# A release has one of the two kernels; the other is in another suite of the same archive. Sets world and image.
find_version() { # VERSION METAPACKAGE SUITE...
	version=$1
	package=$2
	shift 2
	for world in arm64 "$@"; do
		apt_ready "$world" 2>/dev/null || continue
		image=$(kernel_package "$world" "$package")
		case $image in
		"linux-image-$version."*) return ;;
		esac
	done
	echo "deps: no kernel $version: $package is of another version in this release and in: $*" >&2
	return 1
}

take_version() { # VERSION METAPACKAGE SUITE...
	case $2,$(cat "$O/deps/kernel/version" 2>/dev/null) in
	"linux-image-cloud-arm64,$1."*)
		ln "$O/deps/kernel/Image" "$tmp/out/$1"
		return ;;
	esac
	find_version "$@"
	take_kernel "$world" "$image" "$tmp/out/$version"
}

take_versions() { # METAPACKAGE
	mkdir "$tmp/out"
	take_version 6.1 "$1" bookworm
	take_version 6.12 "$1" bookworm-backports trixie
}

fetch_kernels() { take_versions linux-image-cloud-arm64; }
fetch_kernels_generic() { take_versions linux-image-arm64; }

fetch_kernel_16k() {
	find_version 6.12 linux-image-arm64-16k bookworm-backports trixie
	take_kernel "$world" "$image" "$tmp/out"
}

# The cloud flavour has no boards, hence no trees.
fetch_dtbs() {
	find_version 6.12 linux-image-arm64 bookworm-backports trixie
	mkdir "$tmp/debs" "$tmp/out"
	(cd "$tmp/debs" && apt_fetch "$world" download "$image")
	dpkg-deb --fsys-tarfile "$tmp/debs/$image"_*.deb |
		tar -x --no-same-owner -C "$tmp/out" --strip-components=4 --wildcards './usr/lib/linux-image-*.dtb'
}

fetch_busybox() {
	unpack_debs arm64 "$tmp/root" busybox-static
	mv "$tmp"/root/*bin/busybox "$tmp/out" 2>/dev/null || mv "$tmp/root/usr/bin/busybox" "$tmp/out"
}

# Dynamically linked, with different libraries in each release: apt names the packages, the files name the libraries.
# The loader searches a plain lib/ last.
fetch_kexec() { # [WORLD]
	world=${1:-arm64}
	apt_ready "$world"
	# shellcheck disable=SC2046
	set -- $(apt_in "$world" apt-get -s install --no-install-recommends kexec-tools |
		sed -n 's/^Inst \([^ ]*\) .*\[arm64\].*/\1/p')
	[ $# -gt 0 ] || {
		echo "deps: apt cannot tell what kexec-tools needs" >&2
		return 1
	}
	unpack_debs "$world" "$tmp/root" "$@"
	mkdir -p "$tmp/out/sbin" "$tmp/out/lib"
	find "$tmp/root" -path '*/sbin/kexec' -exec cp {} "$tmp/out/sbin" \;
	set -- "$tmp/out/sbin/kexec"
	while [ $# -gt 0 ]; do
		for library in $(readelf -Wld "$1" | sed -n \
			's/.*(NEEDED).*\[\(.*\)\]$/\1/p; s|.*program interpreter: .*/\(.*\)\]$|\1|p'); do
			[ ! -e "$tmp/out/lib/$library" ] || continue
			file=$(find "$tmp/root" -path '*/lib/*' -name "$library" | head -n 1)
			cp "$file" "$tmp/out/lib/$library"
			set -- "$@" "$tmp/out/lib/$library"
		done
		shift
	done
	[ -e "$tmp/out/sbin/kexec" ]
}

fetch_kexec_other() { fetch_kexec "$(other_release)"; }

# The answers of NIST's validation program, out of a package of many.
fetch_cavp() {
	unpack_debs arm64 "$tmp/root" python3-cryptography-vectors
	mkdir "$tmp/out"
	find "$tmp/root" -name 'SHA256*.rsp' -exec cp {} "$tmp/out" \;
	[ -e "$tmp/out/SHA256ShortMsg.rsp" ] && [ -e "$tmp/out/SHA256LongMsg.rsp" ] &&
		[ -e "$tmp/out/SHA256Monte.rsp" ]
}

# Copies the files of a source package that match the patterns into out/.
fetch_sources() { # WORLD PACKAGE PATTERN...
	world=$1
	package=$2
	shift 2
	mkdir "$tmp/src" "$tmp/out"
	(cd "$tmp/src" && apt_fetch "$world" "source --download-only" "$package")
	tar --no-same-owner -xf "$tmp/src/"*.orig.tar.?z -C "$tmp/out" --strip-components=1 \
		--wildcards --no-wildcards-match-slash "$@"
}

fetch_kexec_src() {
	fetch_sources src kexec-tools '*/purgatory' '*/util_lib' '*/include' '*/kexec/kexec-sha256.h' '*/COPYING'
}

# The whole, as Debian compiles it, but not configured.
fetch_kexec_tools_src() { # [WORLD]
	fetch_sources "${1:-src}" kexec-tools '*'
	mkdir "$tmp/root"
	tar --no-same-owner -xf "$tmp/src/"*.debian.tar.?z -C "$tmp/root"
	[ -e "$tmp/root/debian/patches/series" ] || return 0
	sed 's/[[:space:]]*#.*//; /^$/d' "$tmp/root/debian/patches/series" | while read -r name _; do
		patch -s -p1 -d "$tmp/out" <"$tmp/root/debian/patches/$name" || exit 1
	done
}

fetch_kexec_tools_other_src() { fetch_kexec_tools_src "src-$(other_release)"; }

fetch_openssl_src() {
	fetch_sources src openssl '*/crypto/sha/asm/sha512-armv8.pl' '*/crypto/perlasm/arm-xlate.pl' \
		'*/crypto/arm_arch.h' '*/LICENSE.txt'
}

fetch_linux_src() {
	apt_ready arm64
	source=$(apt_in arm64 apt-cache depends --no-recommends linux-source |
		awk '$1 == "Depends:" && $2 ~ /^linux-source-/ { print $2; exit }')
	unpack_debs arm64 "$tmp/root" "$source"
	mv "$tmp"/root/usr/src/linux-source-*.tar.xz "$tmp/out"
}

# Debian's patches are for tools that nobody builds here.
fetch_tfa_src() {
	mkdir "$tmp/all"
	for suite in bookworm trixie; do
		fetch_sources "src-$suite" arm-trusted-firmware '*'
		version=$(sed -n 's/^VERSION_M[A-Z]*[ \t]*:=[ \t]*//p' "$tmp/out/Makefile" | paste -s -d .)
		mv "$tmp/out" "$tmp/all/$version"
		rm -r "$tmp/src"
	done
	mv "$tmp/all" "$tmp/out"
}

fetch_arm64() {
	unpack_debs arm64 "$tmp/root" zlib1g-dev libzstd-dev
	mkdir -p "$tmp/out/include" "$tmp/out/lib"
	find "$tmp/root/usr/include" -name '*.h' -exec cp {} "$tmp/out/include" \;
	find "$tmp/root" -name 'lib*.a' -exec cp {} "$tmp/out/lib" \;
}

# QEMU is unpacked with all libraries that this machine lacks, on every release. An older QEMU needs no upgrade, the
# user no administrator, and only one way needs tests. Debian 13's is new enough; Debian 12's comes from the backports
# suite.
fetch_qemu() {
	apt_ready host
	from=
	qemu_new_enough || {
		apt_world host backports
		apt_update host
		from=$release-backports
		qemu_new_enough "$from" || {
			echo "deps: the archive has no QEMU 10" >&2
			return 1
		}
	}
	# shellcheck disable=SC2046
	set -- $(apt_in host apt-get -s -o Debug::NoLocking=1 ${from:+-t "$from"} install \
		--no-install-recommends qemu-system-arm |
		sed -n 's/^Inst \([^ ]*\) \(\[[^]]*\] \)*(\([^ ]*\) .*/\1=\3/p')
	[ $# -gt 0 ] || {
		echo "deps: apt cannot tell what QEMU needs here" >&2
		return 1
	}
	unpack_debs host "$tmp/out/root" "$@"
	cat >"$tmp/out/qemu-system-aarch64" <<-'END'
	#!/bin/sh
	root=${0%/*}/root
	for lib in "$root"/lib/*-linux-gnu "$root"/usr/lib/*-linux-gnu; do
		LD_LIBRARY_PATH=$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
	done
	export LD_LIBRARY_PATH
	exec "$root/usr/bin/qemu-system-aarch64" -L "$root/usr/share/qemu" "$@"
	END
	chmod +x "$tmp/out/qemu-system-aarch64"
	"$tmp/out/qemu-system-aarch64" --version >/dev/null
}

qemu_new_enough() { # [SUITE]
	[ "$(apt_in host apt-cache policy ${1:+-t "$1"} qemu-system-arm |
		sed -n 's/^ *Candidate: \([0-9]*:\)*\([0-9]*\)\..*/\2/p')" -ge 10 ] 2>/dev/null
}

variable() { # how to give NAME by hand
	case $1 in
	newlib | libfdt) echo "${1}_SRC" ;;
	*-src) echo "${1%-src}_SRC" | tr - _ ;;
	u-boot) echo UBOOT ;;
	arm64) echo ARM64_LIBS ;;
	*) echo "$1" | tr - _ ;;
	esac | tr '[:lower:]' '[:upper:]'
}

fetch() {
	result=$(place "$1")
	[ ! -e "$result" ] || return 0
	megabytes=$(awk -F ' *[|] *' -v name="$1" '$1 == name { print $5 }' "$(dirname "$0")/list")
	echo "deps: fetching $1, about $megabytes MB" >&2
	tmp=$(mktemp -d "$O/deps/tmp.XXXXXX")
	"fetch_$(echo "$1" | tr - _)"
	case $1 in kernel | qemu) result=${result%/*} ;; esac
	mv "$tmp/out" "$result"
	rm -rf "$tmp"
}

# One at a time: parallel makes share apt's lists. Leftovers of a killed run are removed first.
exec 9>"$O/deps/lock"
flock 9
rm -rf "$O"/deps/tmp.*
item=
finish() {
	code=$?
	rm -rf "$O"/deps/tmp.* "$O"/deps/apt/*/*.bin
	[ $code = 0 ] ||
		echo "deps: $item could not be fetched; $(variable "$item")= takes one from elsewhere" >&2
	exit $code
}
trap finish EXIT
trap 'exit 1' HUP INT TERM
for item; do
	fetch "$item"
done
