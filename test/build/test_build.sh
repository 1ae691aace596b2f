#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# test_build.sh: what the build promises. Environment: O MAKE and the names of the tools (CROSS_COMPILE, HOSTCC).
set -u
passed=0 failed=0
dir=$(cd "$O" && pwd)/test/build
rm -rf "$dir"
mkdir -p "$dir"

expect() { # NAME COMMAND...
	name=$1
	shift
	if "$@" >"$dir/log" 2>&1; then
		echo "ok   $name"
		passed=$((passed + 1))
	else
		echo "FAIL $name"
		sed 's/^/     /' "$dir/log" | tail -20
		failed=$((failed + 1))
	fi
}

# A copy of the sources in another folder with another build folder: the same bytes.
elsewhere() {
	mkdir -p "$dir/elsewhere" && git ls-files -z -co --exclude-standard |
		xargs -0 sh -c 'for f; do [ -e "$f" ] && printf "%s\0" "$f"; done' sh |
		xargs -0 cp --parents -t "$dir/elsewhere" &&
		${MAKE:-make} -C "$dir/elsewhere" O=out NEWLIB_SRC="$(abs "$NEWLIB_SRC")" \
			LIBFDT_SRC="$(abs "$LIBFDT_SRC")" all
}
# The digest's SHA-2 instructions are in what is built by default and not in the other.
scalar() {
	${MAKE:-make} O="$dir/scalar" NEWLIB_SRC="$(abs "$NEWLIB_SRC")" LIBFDT_SRC="$(abs "$LIBFDT_SRC")" SHA=scalar \
		"$dir/scalar/lethe.img" "$dir/scalar/lethe-cpus.img" "$dir/scalar/liblethe.a" &&
		! has_sha2 "$dir/scalar/lethe.elf" && ! has_sha2 "$dir/scalar/lethe-cpus.elf" && ! has_sha2 "$dir/scalar/liblethe.a" &&
		{ [ "${SHA:-auto}" = scalar ] || { has_sha2 "$O/lethe.elf" && has_sha2 "$O/lethe-cpus.elf" && has_sha2 "$O/liblethe.a"; }; }
}
has_sha2() { "${CROSS_COMPILE}objdump" -d "$1" | grep -qw sha256h; }
abs() { (cd "$1" && pwd); }
same() { cmp "$O/$1" "$dir/elsewhere/out/$1"; }

no_undefined() { [ -z "$("${CROSS_COMPILE}nm" -u "$O/liblethe.a" | grep ' U ')" ]; }
only_lethe_globals() {
	! "${CROSS_COMPILE}nm" -g --defined-only "$O/liblethe.a" | awk 'NF == 3 { print $3 }' | grep -v '^lethe_'
}

# A program that is not ours, with nothing but the installed files.
installed() {
	${MAKE:-make} install PREFIX=/usr DESTDIR="$dir/root" &&
		test -x "$dir/root/usr/bin/lethe" && test -f "$dir/root/usr/share/man/man1/lethe.1" &&
		grep -q '^Libs:.*-Wl,--fix-cortex-a53-843419' "$dir/root/usr/lib/pkgconfig/lethe.pc" &&
		test -f "$dir/root/usr/lib/lethe/lethe.img" && test -f "$dir/root/usr/lib/lethe/lethe-cpus.img"
}
links_alone() {
	cat >"$dir/user.c" <<-'END'
	#include <lethe/cache.h>
	#include <lethe/handoff.h>
	#include <lethe/plan.h>
	#include <lethe/sha256.h>
	static struct lethe_sha256 sha;
	void _start(void);
	void _start(void)
	{
		struct lethe_handoff handoff = {.entry = 0x40000000};

		lethe_sha256_init(&sha);
		lethe_dcache_clean_inval_poc(0, 64);
		if (lethe_plan_check(&sha, sizeof(sha), 0) == 0) {
			lethe_handoff(&handoff);
		}
	}
	END
	"${CROSS_COMPILE}gcc" -ffreestanding -nostdlib -static -I"$dir/root/usr/include" -o "$dir/user" \
		"$dir/user.c" -L"$dir/root/usr/lib" -llethe
}
# Each public header stands alone, in C and in C++.
headers() { # COMMAND SUFFIX
	for h in include/lethe/*.h; do
		echo "#include <lethe/$(basename "$h")>" >"$dir/h.$2"
		$1 -Wall -Wextra -Werror -Iinclude -fsyntax-only "$dir/h.$2" || return 1
	done
}
cplusplus() { headers "g++ -std=c++11 -pedantic" cc && linked_by_cplusplus; }
# Functions keep their C names: every header that declares one says extern "C".
linked_by_cplusplus() {
	cat >"$dir/name.cc" <<-'END'
	#include <lethe/boot.h>
	#include <lethe/cache.h>
	#include <lethe/plan_build.h>
	#include <lethe/sha256.h>
	int main()
	{
		lethe_dcache_clean_inval_poc(0, 0);
		lethe_plan_seal(nullptr);
		lethe_sha256_init(nullptr);
		return lethe_boot(nullptr, nullptr);
	}
	END
	g++ -std=c++11 -Iinclude -c -o "$dir/name.o" "$dir/name.cc" &&
		[ "$(nm -u "$dir/name.o" | grep -c ' U lethe_')" = 4 ]
}

expect "the sources build in another folder" elsewhere
expect "lethe.img is the same in both" same lethe.img
expect "lethe-cpus.elf is the same in both" same lethe-cpus.elf
expect "liblethe.a is the same in both" same liblethe.a
expect "lethe.elf is the same in both" same lethe.elf
expect "lethe (host command) is the same in both" same lethe
expect "make SHA=scalar" scalar
expect "liblethe.a needs nothing from outside" no_undefined
expect "liblethe.a defines only lethe_* globals" only_lethe_globals
expect "make install" installed
expect "a program links with the installed library alone" links_alone
expect "each public header stands alone" headers "$HOSTCC -std=c11" c
expect "each public header stands alone in C++" cplusplus
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
