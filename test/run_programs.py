#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs test programs beside each other: their own output, seconds for each, one line of sums at the end.

    run_programs.py [--times FILE] [--limit SECONDS] COMMAND...

A program of cmocka's counts its tests; another one is a test by itself, passed if its status is 0. A program
that dies is a failed test, and so is a skipped test: nothing may pass by not running.
"""

import argparse
import concurrent.futures
import os
import re
import shlex
import subprocess
import sys
import time

import times


def name_of(command):
    """The program: how much of it is run may change from run to run."""
    return shlex.split(command)[0]


def run(command, limit):
    """(passed, failed, seconds, what the program printed and a line about it)"""
    start = time.monotonic()
    try:
        done = subprocess.run(shlex.split(command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=limit, check=False)
        output, code = done.stdout.decode(errors="replace"), done.returncode
    except subprocess.TimeoutExpired as expired:
        output, code = (expired.stdout or b"").decode(errors="replace"), "timeout"
    except OSError as error:
        output, code = str(error), "not started"
    seconds = time.monotonic() - start
    if output and not output.endswith("\n"):
        output += "\n"
    counted = re.findall(r"^\[==========\].*?(\d+) test\(s\)", output, re.M)
    passed = len(re.findall(r"^\[\s+OK \]", output, re.M)) if counted else int(code == 0)
    failed = max(int(counted[0]) - passed, 0) if counted else 0
    if code != 0 and failed == 0:
        failed = 1
    return passed, failed, seconds, (
        f"{output}{command}: {passed} passed, {failed} failed, {seconds:.1f} s"
        + (f" (exit {code})" if code != 0 else ""))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", help="a file for the seconds of each program")
    parser.add_argument("--limit", type=float, default=300, help="seconds for one program; a hang is a failure")
    parser.add_argument("commands", nargs="+")
    options = parser.parse_args()
    known = times.of_programs(options.times) if options.times and os.path.exists(options.times) else {}
    # The longest first, so that all cores are busy to the end.
    commands = sorted(options.commands, key=lambda command: -known.get(name_of(command), 1e9))
    passed = failed = 0
    taken = {}
    pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())
    try:
        jobs = {pool.submit(run, command, options.limit): command for command in commands}
        for job in concurrent.futures.as_completed(jobs):
            good, bad, taken[name_of(jobs[job])], text = job.result()
            print(text, flush=True)
            passed += good
            failed += bad
    finally:
        pool.shutdown(cancel_futures=True)
        print(f"{passed} passed, {failed} failed", flush=True)
    if options.times:
        with open(options.times, "w", encoding="utf-8") as file:
            file.writelines(f"{seconds:.2f}\t{name}\n" for name, seconds in taken.items())
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
