# SPDX-License-Identifier: BSD-2-Clause
"""firmware.py PAIRS: by UEFI, how much later the same kernel leaves firmware when it comes in a bundle.

The plain kernel and the bundle in turn, so that a change of the host's load meets both; the median of the ratios. The clock ends with
the kernel's stub's line that it leaves firmware. It begins with firmware's line that it loads the file, and once more when it starts
it: from there on the plain kernel has next to nothing to do, and the bundle the digest, LoadImage of the kernel, and the record.
"""

import os
import statistics
import sys
import tempfile
import time

import efi
import images
import paths
import report

LOAD, START, LEAVE = "^BdsDxe: loading Boot", "^BdsDxe: starting Boot", "^EFI stub: Exiting boot services"


def seconds(folder, file):
    """(from loading the file on, from starting it on)"""
    with efi.uefi(folder, {efi.REMOVABLE: file}) as machine:
        at = []
        for line in LOAD, START, LEAVE:
            machine.expect(line, never="lethe: FA")
            at.append(time.monotonic())
    return at[2] - at[0], at[2] - at[1]


def main():
    with tempfile.TemporaryDirectory() as folder:
        boot = images.pack(folder + "/boot.img", "--append", "console=ttyAMA0", kernel=paths.KERNEL, efi=True)
        pairs = [(seconds(folder, paths.KERNEL), seconds(folder, boot)) for _ in range(int(sys.argv[1]))]
    plain, bundle = ([statistics.median(found) for found in zip(*side)] for side in zip(*pairs))
    ratio = statistics.median(of_bundle[0] / of_plain[0] for of_plain, of_bundle in pairs)
    report.table("By UEFI, to the end of boot services, seconds, medians:", ["", "from loading", "from starting"],
                 [["the plain kernel", *(f"{value:.2f}" for value in plain)],
                  ["the same in a bundle", *(f"{value:.2f}" for value in bundle)], ["ratio", f"{ratio:.2f}", ""]])
    report.save("uefi", {"pairs": len(pairs), "size": os.path.getsize(paths.KERNEL), "program": os.path.getsize(paths.O + "/efi.bin"),
                         **{name: {"from_loading_s": round(side[0], 3), "from_starting_s": round(side[1], 3)}
                            for name, side in (("plain", plain), ("bundle", bundle))}, "ratio": round(ratio, 3)})


if __name__ == "__main__":
    main()
