# SPDX-License-Identifier: BSD-2-Clause
"""Debian's kexec with kexec-tools' purgatory and with Lethe's, checks on, in one run."""

import os
import tempfile

import paths
import purgatory_meter
import report

CELLS = [("cortex-a57", 2), ("neoverse-n1", 1)]


def row(who, counts):
    return [who, *(f"{value:,.2f}" if name == "seconds" else f"{value:,}"
                   for name, value in counts.items())]


def main():
    results = {}
    os.makedirs(os.path.join(paths.O, "bench"), exist_ok=True)
    for cell in CELLS:
        with tempfile.TemporaryDirectory(dir=os.path.join(paths.O, "bench")) as folder:
            ours, theirs = purgatory_meter.side_by_side(cell, folder)
        ratios = [f"{theirs[key] / ours[key]:,.1f}" for key in ours]
        report.table(f"purgatory, {cell[0]} at EL{cell[1]}:", ["", *ours],
                     [row("Lethe", ours), row("kexec-tools", theirs), ["ratio", *ratios]])
        results["-".join(map(str, cell))] = {"lethe": ours, "kexec-tools": theirs}
    report.save("purgatory", results)


if __name__ == "__main__":
    main()
