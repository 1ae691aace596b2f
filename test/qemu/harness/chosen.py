# SPDX-License-Identifier: BSD-2-Clause
"""
What may be in /chosen of a running kernel. A property that is in neither table is new: it belongs to one boot, and has to
leave a packed tree (src/fdt_fixup.c), or it is about the machine, and gets its reason here.
"""

GOES = ("linux,elfcorehdr", "linux,usable-memory-range", "linux,dmcryptkeys", "linux,booted-from-kexec",
        "linux,ima-kexec-buffer", "linux,tpm-kexec-buffer", "linux,initrd-start", "linux,initrd-end", "kaslr-seed",
        "rng-seed")
GOES_AS = ("linux,uefi-", "linux,kho-")
STAYS = {
    "bootargs": "the command line: the plan's replaces it, if there is one",
    "stdout-path": "the machine's console", "linux,stdout-path": "its older name",
    "linux,pci-probe-only": "a rule for this machine's PCI",
    "u-boot,version": "who made the tree", "u-boot,bootconf": "likewise",
    "lethe": "the last record, a node: it is made anew", "name": "procfs adds it to each node",
}


def strangers(names):
    return [name for name in names if name not in GOES and name not in STAYS and not name.startswith(GOES_AS)]
