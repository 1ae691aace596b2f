#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs cmocka programs: their own output, seconds for each, one line of sums at the end.

A program that dies is a failed test, and so is a skipped test: nothing may pass by not running.
"""

import re
import subprocess
import sys
import time

LIMIT = 300  # seconds for one program; a hang is a failure, too


def run(program):
    """Returns (passed, failed) and prints what the program printed."""
    start = time.monotonic()
    try:
        done = subprocess.run([program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=LIMIT, check=False)
        output, code = done.stdout.decode(errors="replace"), done.returncode
    except subprocess.TimeoutExpired as expired:
        output, code = (expired.stdout or b"").decode(errors="replace"), "timeout"
    seconds = time.monotonic() - start
    sys.stdout.write(output if output.endswith("\n") or not output else output + "\n")

    passed = len(re.findall(r"^\[\s+OK \]", output, re.M))
    counted = re.findall(r"^\[==========\].*?(\d+) test\(s\)", output, re.M)
    failed = max(int(counted[0]) - passed, 0) if counted else 1
    if code != 0 and failed == 0:
        failed = 1
    print(f"{program}: {passed} passed, {failed} failed, {seconds:.1f} s"
          + (f" (exit {code})" if code != 0 else ""))
    return passed, failed


def main():
    passed = failed = 0
    try:
        for program in sys.argv[1:]:
            good, bad = run(program)
            passed += good
            failed += bad
    finally:
        print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
