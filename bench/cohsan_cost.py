# SPDX-License-Identifier: BSD-2-Clause
"""The cost of cohsan: wall time of a boot of Debian's kernel through Lethe up to the hand-off, with cohsan by without.

Boots with and without take turns, so that a change of the host's load meets both. The result is the median of the ratios.
"""

import statistics
import sys
import time

import os
import images
import paths
import report
from machine import Machine


def seconds(boot, checked):
    options = {} if checked else {"cohsan": None, "because": "the time without"}
    start = time.monotonic()
    with Machine(boot, memory=512, **options) as machine:
        machine.expect("^lethe: enter")
        return time.monotonic() - start


def main(pairs):
    folder = os.path.join(paths.O, "bench")
    os.makedirs(folder, exist_ok=True)
    initrd = images.initramfs(folder + "/judge.initrd")
    boot = images.pack(folder + "/judge.img", "--initrd", initrd, kernel=paths.KERNEL)
    measured = [(seconds(boot, False), seconds(boot, True)) for _ in range(pairs)]
    ratio = statistics.median(checked / plain for plain, checked in measured)
    report.save("judge", {"pairs": pairs, "median_ratio_judged_to_plain": round(ratio, 2)})
    print(f"a boot to the hand-off takes {ratio:.1f} times as long under cohsan "
          f"(median of {pairs} pairs)")


if __name__ == "__main__":
    main(int(sys.argv[1]))
