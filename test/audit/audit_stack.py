# SPDX-License-Identifier: BSD-2-Clause
"""Deepest stack: frame sizes from the prologues, added along the call graph of the linked blob."""
import os
import re

import audit_code

# Entered through a register, by entry.S and, on an empty stack, by lethe_restart().
ROOTS = {"lethe_image_main": ("lethe_stacks_start", "lethe_stack_end"),
         "lethe_library_main": ("lethe_stacks_start", "lethe_stack_end"),
         "lethe_purgatory_main": ("lethe_stacks_start", "lethe_stack_end"),
         "lethe_next_slot": ("lethe_stacks_start", "lethe_stack_end"),
         "lethe_fault": ("lethe_stack_end", "lethe_fault_stack_end"),
         "lethe_flash_main": ("lethe_flash_stack_start", "lethe_flash_stack_end"),
         "lethe_flash_again": ("lethe_flash_stack_start", "lethe_flash_stack_end")}
# On firmware's stack: what efi_head.S promises of UEFI's 128 KiB. Calls of firmware's come on top.
EFI_ROOM = 8192
# On its caller's stack: what include/lethe/boot.h promises.
CALLER = f"{audit_code.O}/examples/minimal/minimal.elf"
CALLER_ROOT = "lethe_boot"
# On the end of a slot, each with all of it: enter.S and pen.S, vectors.S.
MONITOR_ROOTS = ("lethe_monitor_prepare", "lethe_monitor_call")
# The same at EL3: enter.S, vectors.S; the latter with its frame.
EL3_ROOTS = ("lethe_el3_own", "lethe_el3_smc")


BRANCH = re.compile(r"\t(?:bl|b|b\.\w+|cbn?z|tbn?z)\t.*?[0-9a-f]+ <([^+>]+)>")


def named(function, section):
    """The monitor has copies of some of the blob's functions: a link of its own."""
    return function if section == ".text" or function.startswith("lethe_monitor") else f"{function} of the monitor"


def frames_and_calls(elf):
    frames, calls = {}, {}
    for section in audit_code.sections_of(elf):
        for line in audit_code.tool("objdump", "-d", "-j", section, elf).splitlines():
            head = re.match(r"^[0-9a-f]+ <(.+)>:$", line)
            if head:
                function = named(head[1], section)
                frames[function], calls[function] = 0, set()
            push = re.search(r"\tst\w+\t.*\[sp, #-(\d+)\]!|\tsub\tsp, sp, #(0x[0-9a-f]+)", line)
            if push:
                frames[function] += int(push[1] or push[2], 0)
            call = BRANCH.search(line)
            if call and named(call[1], section) != function:
                calls[function].add(named(call[1], section))
    return frames, calls


def deepest(function, frames, calls, path=()):
    if function in path:
        return None, path + (function,)
    best, best_path = 0, ()
    for callee in calls.get(function, ()):
        depth, callee_path = deepest(callee, frames, calls, path + (function,))
        if depth is None:
            return None, callee_path
        if depth > best:
            best, best_path = depth, callee_path
    return best + frames.get(function, 0), (function,) + best_path


def slot_stack():
    """Bytes of a slot behind its fields."""
    with open("src/monitor/monitor.h", encoding="ascii") as file:
        text = file.read()
    size = int(re.search(r"LETHE_MONITOR_SIZE +(\d+)", text)[1])
    return size - int(re.search(r"stack\[LETHE_MONITOR_SIZE - (\d+)\]", text)[1])


def stack_bound():
    """the deepest call chain fits its stack, and nothing recurses"""
    symbols = {}
    for elf in audit_code.LINKS:
        for fields in map(str.split, audit_code.tool("nm", elf).splitlines()):
            if len(fields) == 3:
                symbols[elf, fields[2]] = int(fields[0], 16)
    with open("include/lethe/boot.h", encoding="ascii") as file:
        promised = int(re.search(r"stack: (\d+) KiB below", re.sub(r"\s+\* ", " ", file.read()))[1])
    rooms = [(elf, root, symbols[elf, high] - symbols[elf, low])
             for elf in audit_code.LINKS
             for root, (low, high) in ROOTS.items() if (elf, root) in symbols]
    with open("src/smp/worker.h", encoding="ascii") as file:
        worker = int(re.search(r"LETHE_WORKER_STACK (\d+)", file.read())[1])
    rooms += [(elf, "lethe_worker_share", worker) for elf in (audit_code.ELF, audit_code.CPUS)]
    rooms += [(audit_code.CPUS, root, slot_stack()) for root in MONITOR_ROOTS]
    rooms += [(audit_code.EFI, "lethe_efi_main", EFI_ROOM)]
    rooms += [(audit_code.FLASH, root, slot_stack()) for root in EL3_ROOTS]
    graphs = {elf: frames_and_calls(elf) for elf in (*audit_code.LINKS, CALLER)}
    bad = []
    for elf, root, room in rooms + [(CALLER, CALLER_ROOT, promised * 1024)]:
        frames, calls = graphs[elf]
        depth, path = deepest(root, frames, calls)
        if depth is None:
            bad.append(f"{os.path.basename(elf)}: recursion: " + " > ".join(path))
        elif depth > room:
            bad.append(f"{os.path.basename(elf)}: {root}: {depth} of {room} bytes: " + " > ".join(path))
        else:
            print(f"     {os.path.basename(elf)}: {root}: deepest {depth} of {room} bytes: {' > '.join(path)}")
    return bad


AUDITS = [stack_bound]
