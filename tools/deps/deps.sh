#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# deps.sh [--for build|run|check|bench|long] [--only "NAME..."] [--need]: makes sure that the tools in the file `list`
# are present. Silent and quick if all are. Without --for: all but long's. With --need deps.sh only names missing tools
# in one sentence, and fails.
#
#	DEPS=auto	install and fetch what is missing, after asking on a terminal
#	DEPS=print	only print the plan; with --for, fail if a tool is missing
#	DEPS=no		change no file, fail if a tool is missing
#
# Installed packages are never upgraded or removed.

set -eu

here=$(dirname "$0")
O=${O:-build}
DEPS=${DEPS:-auto}
goal=bench
only=
need=no
asked=no
while [ $# -gt 0 ]; do
	case $1 in
	--need)
		need=yes
		shift
		continue ;;
	--for) goal=$2 asked=yes ;;
	--only) only=$2 asked=yes ;;
	*)
		echo "usage: deps.sh [--for build|run|check|bench|long] [--only NAMES] [--need]" >&2
		exit 2 ;;
	esac
	shift 2
done
case $goal in
build | run | check | bench | long) ;;
*) goal= ;;
esac
case ${goal:+$DEPS} in
auto | print | no) ;;
*)
	echo "deps: --for takes build, run, check, bench or long; DEPS takes auto, print or no" >&2
	exit 2 ;;
esac

say() { echo "deps: $*" >&2; }

if [ -z "${CROSS_COMPILE+set}" ]; then
	CROSS_COMPILE=$("$here/cross.sh")
fi
HOSTCC=${HOSTCC:-cc}
: "${NEWLIB_SRC:=$O/deps/newlib}" "${LIBFDT_SRC:=$O/deps/libfdt}" "${KERNEL:=$O/deps/kernel/Image}"
: "${BUSYBOX:=$O/deps/busybox}" "${UBOOT:=$O/deps/u-boot.bin}" "${EDK2:=$O/deps/edk2.fd}" "${UEFI:=$O/deps/uefi}" "${XEN:=$O/deps/xen}" "${ARM64_LIBS:=$O/deps/arm64}"
: "${KEXEC:=$O/deps/kexec}" "${KEXEC_SRC:=$O/deps/kexec-src}" "${OPENSSL_SRC:=$O/deps/openssl-src}"
: "${KEXEC_TOOLS_SRC:=$O/deps/kexec-tools-src}" "${KEXEC_TOOLS_OTHER_SRC:=$O/deps/kexec-tools-other-src}"
: "${KEXEC_OTHER:=$O/deps/kexec-other}"
: "${CAVP:=$O/deps/cavp}" "${LINUX_SRC:=$O/deps/linux-src.tar.xz}" "${TFA_SRC:=$O/deps/tfa-src}"
: "${KERNELS:=$O/deps/kernels}" "${KERNELS_GENERIC:=$O/deps/kernels-generic}"
: "${KERNEL_16K:=$O/deps/kernel-16k}"
: "${QEMU:=$("$here/qemu.sh")}"

# --- what is missing -------------------------------------------------------------------------

version_of() { "$1" --version 2>/dev/null | awk 'match($0, /[0-9]+\.[0-9]+/) {
	print substr($0, RSTART, RLENGTH); exit }'; }

at_least() { # HAVE LEAST
	awk -v have="$1" -v least="$2" 'BEGIN {
		split(have, h, "."); split(least, l, ".")
		exit !(h[1] + 0 > l[1] + 0 || h[1] + 0 == l[1] + 0 && h[2] + 0 >= l[2] + 0) }'
}

includes() { # FILE...
	for file; do echo "#include <$file>"; done | $HOSTCC -E -x c - >/dev/null 2>&1
}

# Packages for an arm64 machine's own compiler have other names.
native_arm64() { [ "$(uname -m)" = aarch64 ]; }

present() { # LEAST KIND WHAT...
	least=$1
	kind=$2
	shift 2
	case $kind in
	cmd)
		for tool; do
			command -v "$tool" >/dev/null || continue
			[ "$least" = - ] || at_least "$(version_of "$tool")" "$least" || continue
			return 0
		done
		return 1 ;;
	hdr) [ "$headers" = yes ] || includes "$1" ;;
	pytest)
		if [ -n "${PYTHON:-}" ]; then "$PYTHON" -c 'import pytest'
		else "$here/python.sh"; fi >/dev/null 2>&1 ;;
	lib) [ -e "$("${ARM64_CC:-aarch64-linux-gnu-gcc}" -print-file-name="$1" 2>/dev/null)" ] ;;
	qemu) command -v "$QEMU" >/dev/null ;;
	src | file) eval "[ -e \"\$$1\" ]" ;;
	esac
}

table() { # the rows of this goal, fields separated by |, ${...} filled in
	awk -F ' *[|] *' -v OFS='|' -v goal="$goal" -v only="$only" \
		-v cross="$CROSS_COMPILE" -v hostcc="$HOSTCC" '
	BEGIN { split(only, list, " "); for (i in list) wanted[list[i]] = 1
		rank["build"] = 1; rank["run"] = 2; rank["check"] = 3
		rank["bench"] = 4; rank["long"] = 5 }
	/^#/ || NF < 10 { next }
	only != "" && !($1 in wanted) { next }
	rank[$4] > rank[goal] || goal == "long" && $4 == "bench" { next }
	{
		sub(/\${CROSS_COMPILE}/, cross, $2); sub(/\${HOSTCC}/, hostcc, $2)
		$1 = $1
		print
	}' "$here/list"
}

rows=$(table)
headers=no
# shellcheck disable=SC2046
if includes $(echo "$rows" | sed -n 's/^[^|]*|hdr \([^|]*\)|.*/\1/p'); then headers=yes; fi

missing() {
	echo "$rows" | while IFS='|' read -r name check least rest; do
		# shellcheck disable=SC2086
		present "$least" $check || echo "$name|$check|$least|$rest"
	done
}

lacks=$(missing)
[ -n "$lacks" ] || exit 0

names() { echo "$lacks" | cut -d'|' -f1 | tr '\n' ' ' | sed 's/ $//'; }
column() { echo "$lacks" | awk -F'|' -v c="$1" '{ print $c }'; }

if [ "$need" = yes ]; then
	echo "make: missing: $(names); 'make deps-$goal' gets what is missing" >&2
	exit 1
fi

# If a variable points elsewhere, the user decided: a download would not be used.
for pair in newlib:NEWLIB_SRC libfdt:LIBFDT_SRC kernel:KERNEL busybox:BUSYBOX u-boot:UBOOT edk2:EDK2 uefi:UEFI xen:XEN \
	kexec:KEXEC cavp:CAVP kexec-src:KEXEC_SRC kexec-tools-src:KEXEC_TOOLS_SRC openssl-src:OPENSSL_SRC linux-src:LINUX_SRC \
	tfa-src:TFA_SRC kexec-other:KEXEC_OTHER kexec-tools-other-src:KEXEC_TOOLS_OTHER_SRC kernels:KERNELS kernels-generic:KERNELS_GENERIC \
	kernel-16k:KERNEL_16K \
	arm64:ARM64_LIBS qemu:QEMU; do
	echo "$lacks" | grep -q "^${pair%:*}|" || continue
	value=
	eval "value=\${${pair#*:}}"
	case $value in
	"$O"/deps/*) ;;
	*)
		say "${pair#*:}=$value: no such file"
		exit 1 ;;
	esac
done

say "missing: $(names)"
if [ "$DEPS" = no ]; then
	say "DEPS=no forbids getting them; 'make deps' does"
	exit 1
fi

# --- where apt is not the package manager -----------------------------------------------------

suggest() { # COLUMN COMMAND: the packages, then the variables to give by hand
	# shellcheck disable=SC2046
	set -- "$2" $(column "$1" | awk '!seen[$0]++')
	line=$1
	shift
	given=
	for word; do
		case $word in
		*=) given="$given $word..." ;;
		*=*) given="$given $word" ;;
		*) line="$line $word" ;;
		esac
	done
	echo "  $line${given:+   # and give make:$given}"
}

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
	say "this system has no apt; for each package manager, what to paste:"
	suggest 7 "dnf install"
	suggest 8 "pacman -S --needed"
	suggest 9 "nix-shell -p"
	[ "$DEPS,$asked" = print,no ] && exit 0
	exit 1
fi

# --- where it is ---------------------------------------------------------------------------------

packages=$(column 6 | grep -v '^(' | tr ' ' '\n' | awk '!seen[$0]++' | tr '\n' ' ' | sed 's/ $//')
fetches=$(echo "$lacks" | awk -F'|' '$6 ~ /^\(/ { print $1 }' | tr '\n' ' ' | sed 's/ $//')
if native_arm64; then
	packages=$(echo "$packages" | sed 's/gcc-aarch64-linux-gnu/gcc/; s/libc6-dev-arm64-cross/libc6-dev/')
fi

case $O in /*) ;; *) O=$PWD/$O ;; esac
. "$here/apt.sh"
. "$here/install.sh"

echo "$lacks" | awk -F'|' '{ gsub(/[()]/, "", $6); printf "  %-28s %s\n", $6, $10 }' >&2
[ "$DEPS" = print ] || mkdir -p "$O/deps"
if [ -n "$packages" ]; then
	if [ "$DEPS" = auto ] || [ -e "$apt_dir/host/updated" ]; then
		# shellcheck disable=SC2086
		plan_install $packages || exit 1
		# shellcheck disable=SC2086
		size=$(install_size $packages)
	else
		size="about $(echo "$lacks" | awk -F'|' '$6 !~ /^\(/ { mb += $5 } END { print mb }') MB to download"
		install_options=${install_options#-c * }
	fi
	say "to install ($size):"
	echo "  apt-get $install_options $packages" >&2
fi
[ -z "$fetches" ] ||
	say "to unpack under $O/deps, not installed (about $(echo "$lacks" |
		awk -F'|' '$6 ~ /^\(/ { mb += $5 } END { print mb }') MB to download): $fetches"

if [ "$DEPS" = print ]; then
	[ "$asked" = no ]
	exit
fi

if [ -t 0 ]; then
	printf 'deps: go on? [y/N] ' >&2
	read -r answer
	case $answer in
	[yY]*) ;;
	*)
		say "nothing was changed"
		exit 1 ;;
	esac
fi
# shellcheck disable=SC2086
[ -z "$packages" ] || install_now $packages
# shellcheck disable=SC2086
[ -z "$fetches" ] || O=$O "$here/fetch.sh" $fetches

headers=no
lacks=$(missing)
[ -z "$lacks" ] || {
	say "still missing, or too old and not to be upgraded: $(names)"
	exit 1
}
