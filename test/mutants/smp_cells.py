# SPDX-License-Identifier: BSD-2-Clause
"""The cells with several CPUs: chunks in place and copied, at both levels."""

import os

import cell_setup
import images
from cell_setup import Setup, both, cell, memory, payload
from end_cells import FREE
from images import pack, small_kernel, write
from paths import LOAD

DATA = bytes(i % 251 for i in range(5 * 65536 + 33))


def chunked(folder, el):
    raw = write(folder + "/raw", DATA)
    kernel = small_kernel(folder + "/kernel")
    path = pack(folder + "/boot.img", "--chunks", "16", "--raw", f"{raw}@{FREE:#x}", kernel=kernel)

    def check(machine):
        machine.expect("^lethe: raw0 .* cpus$", r"^lethe: kernel .*, [14] cpus$")
        payload(el, kernel, memory((FREE, DATA)))(machine)
    return Setup(path, check, {"smp": 4, "el": el, "ram": True})


def own_memory_dirty(setup):
    """The loader has left lines over all that Lethe stores to of its own."""
    start, end = (images.blob_symbol(name, setup.elf) for name in ("lethe_bss_start", "lethe_blob_end"))
    clean = [(LOAD, LOAD + start), (LOAD + end, LOAD + os.path.getsize(setup.bundle))]
    return type(setup)(setup.bundle, setup.check, {**setup.machine, "cohsan": {"clean": clean}})


@both
def chunks_in_dirty_memory(folder):
    return own_memory_dirty(chunked(folder, 2))


@cell
def chunks_at_el2(folder):
    return chunked(folder, 2)


@cell
def chunks_at_el1(folder):
    return chunked(folder, 1)


CELLS = cell_setup.CELLS
