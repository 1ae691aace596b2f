#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# check.sh TARGET...: runs each make target as a suite, prints its seconds, and adds up what they counted.
#
# A suite counts through lines of its own: a last line "N passed, N failed", or else pytest's summary or
# cmocka's "[  PASSED  ] N" and "[  FAILED  ] N". A suite that fails without counting a failure, or counts
# nothing, is one failure; so is every skipped test. A suite that failed is named again at the end, with the
# command that repeats it. The last line of all is "N passed, N failed", also after an abort. TIMES=1 prints
# the twenty slowest tests.
set -u
# Each suite is a make with a job server of its own: descriptors 3 and 4, which belong to the caller's, are used here.
jobs=$(printf '%s\n' "${MAKEFLAGS:-}" | sed -n 's/.*-j\([0-9][0-9]*\).*/\1/p')
MAKEFLAGS=$(printf '%s\n' "${MAKEFLAGS:-}" | sed 's/--jobserver-[a-z]*=[^ ]*//g; s/-j[0-9]*//g')
export MAKEFLAGS
passed=0 failed=0 current=setup bad=
logs=${O:=build}/check
mkdir -p "$logs"
: >"$logs/started"

finish() {
	trap - EXIT INT TERM
	for suite in $bad; do
		echo "check: $suite failed; its output: $logs/$suite.log; again: make $suite"
	done
	if [ -n "$current" ]; then
		echo "check: aborted in $current"
		failed=$((failed + 1))
	fi
	[ -z "${TIMES:-}" ] || "${PYTHON:-python3}" test/times.py "$O/test" "$logs/started"
	echo "$passed passed, $failed failed"
	if [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]; then
		exit 0
	fi
	exit 1
}
trap finish EXIT
trap 'exit 1' INT TERM

count() {
	awk '
		/^[0-9]+ passed, [0-9]+ failed$/ { passed = $1; failed = $3; next }
		/^\[  PASSED  \] [0-9]+ test/ { passed += $4; next }
		/^\[  FAILED  \] [0-9]+ test/ { failed += $4; next }
		/^=* ?[0-9]+ (passed|failed|error|errors|skipped|xfailed|xpassed)/ {
			for (i = 2; i <= NF; i++) {
				if ($i ~ /^passed/) passed += $(i - 1)
				else if ($i ~ /^(failed|error|skipped|xfailed|xpassed)/) failed += $(i - 1)
			}
		}
		END { print passed + 0, failed + 0 }' "$1"
}

# Neither counts anything, and without either nothing can.
for current in deps-check all; do
	${MAKE:-make} -j"${jobs:-1}" --no-print-directory "$current" || exit 1
done
for suite; do
	current=$suite log=$logs/$suite.log
	echo "== $suite"
	start=$(date +%s)
	# The status of make, not of tee.
	status=$({ { ${MAKE:-make} -j"${jobs:-1}" --no-print-directory "$suite" 2>&1 3>&-; echo $? >&3; } | tee "$log" >&4; } 3>&1) 4>&1
	set -- "$(count "$log")"
	p=${1% *} f=${1#* }
	if [ "$f" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$p" -eq 0 ]; }; then
		f=1
	fi
	[ "$f" -eq 0 ] || bad="$bad $suite"
	passed=$((passed + p)) failed=$((failed + f))
	echo "== $suite: $p passed, $f failed, $(($(date +%s) - start)) s"
done
current=
