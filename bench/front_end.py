# SPDX-License-Identifier: BSD-2-Clause
"""front_end.py MIB: the front end of a flash file on virt at EL3: its bytes, and what it costs from reset to the bundle.

QEMU runs the CPUs in turn: the boot CPU is the first at the reset vector, and so the one that is counted.
"""

import os
import sys
import tempfile
import time

import flash
import images
import meter
import paths
import report
from machine import Machine
from paths import MIB

BOARD = "virt-v3"
RESET = 0
BUDGET = 12288
# QEMU 10 dies now and then of a plugin's counters and several CPUs that start at once, but for this way of running them.
IN_TURN = ["-icount", "shift=0,sleep=off"]
BECAUSE = "counted here; the tests have cohsan"
KINDS = ("uncached", "cached", "io")


def size():
    """Bytes of code and constants, of the budget that the linker script holds."""
    return meter.symbols(paths.O + "/lethe-el3.elf")["lethe_flash_code_end"]


def run(folder, file, smp, stop="handoff"):
    """The boot CPU's counts from its reset to the stop, where QEMU ends."""
    counter = meter.Meter(folder, RESET, stop, end=True)
    with flash.started(folder, BOARD, file, smp=smp, because=BECAUSE, extra=[*IN_TURN, *counter.options()]) as machine:
        machine.deadline = time.monotonic() + 300
        machine.expect(r"^lethe: 0\.1\.0 flash at 0x0 EL3$", "^lethe: flash copies the bundle at 0x", never="uncached")
        assert machine.expect_exit() == 0
        counted = counter.result()
    assert not counted["undecoded"] and counted["start"]["el"] == 3
    return counted


def entered(folder, file):
    """Where the bundle's kernel is."""
    with flash.started(folder, BOARD, file, smp=1, because=BECAUSE) as machine:
        found = machine.expect("^lethe: enter (0x[0-9a-f]+) EL2$")
        machine.payload()
    return int(found[1], 16)


def direct(folder, bundle, smp):
    """The same bundle by -kernel, from its byte 0 to the kernel's."""
    counter = meter.Meter(folder, paths.LOAD, "handoff")
    with Machine(bundle, smp=smp, memory=256, extra=[*IN_TURN, *counter.options()], cohsan=None, because=BECAUSE) as machine:
        machine.deadline = time.monotonic() + 300
        machine.payload()
        counted = counter.result()
    assert not counted["undecoded"]
    return counted


def bundle(folder, kernel_size):
    kernel = images.small_kernel(folder + "/kernel", kernel_size)
    return images.pack(folder + "/boot.img", kernel=kernel)


def measure(folder, boot, smp):
    """To the bundle's byte 0; with one CPU also to the kernel's, and that by -kernel. More share the digest by chance."""
    file = flash.flash(folder, BOARD, boot, size="64MiB")
    front = run(folder, file, smp)
    found = {"size": os.path.getsize(boot), "instructions": front["instructions"],
             "fetched_uncached": front["fetched_uncached"], "dc": front["dc"]}
    for kind in KINDS:
        found[kind] = {side: front[kind][side]["accesses"] for side in ("loads", "stores")}
    if smp == 1:
        found["whole"] = run(folder, file, smp, entered(folder, file))["instructions"]
        found["kernel"] = direct(folder, boot, smp)["instructions"]
        found["ratio"] = round(found["whole"] / found["kernel"], 3)
    return found


def main():
    results = {"code": size(), "code_limit": BUDGET}
    with tempfile.TemporaryDirectory() as folder:
        boot = bundle(folder, int(sys.argv[1]) * MIB)
        results["cpus"] = {smp: measure(folder, boot, smp) for smp in (1, 4)}
    print(f"\nThe front end has {results['code']:,} bytes, of {BUDGET:,}.")
    rows = [[f"{smp} CPU" + "s" * (smp > 1), *(f"{found[key]:,}" for key in ("instructions", "fetched_uncached", "dc")),
             *(f"{found[kind][side]:,}" for kind in KINDS for side in ("loads", "stores"))]
            for smp, found in results["cpus"].items()]
    report.table(f"From reset at EL3 to byte 0 of a bundle of {results['cpus'][1]['size']:,} bytes:",
                 ["", "insns", "I-cache off", "dc", *(f"{kind} {side}" for kind in KINDS for side in ("ld", "st"))], rows)
    one = results["cpus"][1]
    report.table("To the kernel, one CPU:", ["", "insns"],
                 [["from reset", f"{one['whole']:,}"], ["the same bundle by -kernel", f"{one['kernel']:,}"], ["ratio", f"{one['ratio']:.3f}"]])
    report.save("flash", results)


if __name__ == "__main__":
    main()
