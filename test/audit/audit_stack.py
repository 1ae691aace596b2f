# SPDX-License-Identifier: BSD-2-Clause
"""Deepest stack: frame sizes from the prologues, added along the call graph of the linked blob."""
import re

import audit_code

# Entered through a register, by entry.S and, on an empty stack, by lethe_restart().
ROOTS = {"lethe_image_main": ("lethe_stacks_start", "lethe_stack_end"),
         "lethe_library_main": ("lethe_stacks_start", "lethe_stack_end"),
         "lethe_purgatory_main": ("lethe_stacks_start", "lethe_stack_end"),
         "lethe_next_slot": ("lethe_stacks_start", "lethe_stack_end"),
         "lethe_fault": ("lethe_stack_end", "lethe_fault_stack_end")}
# On its caller's stack: what include/lethe/boot.h promises.
CALLER = f"{audit_code.O}/examples/minimal/minimal.elf"
CALLER_ROOT = "lethe_boot"


def frames_and_calls(elf):
    frames, calls = {}, {}
    for function, _, mnemonic, operands in audit_code.instructions(elf):
        frames.setdefault(function, 0)
        calls.setdefault(function, set())
        push = re.match(r"(?:.*\[sp, #-(\d+)\]!)|sp, sp, #(0x[0-9a-f]+)", operands)
        if push and (mnemonic == "sub" or mnemonic.startswith("st")):
            frames[function] += int(push.group(1) or push.group(2), 0)
    for line in audit_code.tool("objdump", "-d", "-j", ".text", elf).splitlines():
        head = re.match(r"^[0-9a-f]+ <(.+)>:$", line)
        if head:
            function = head.group(1)
        call = re.search(r"\t(?:bl|b)\t[0-9a-f]+ <([^+>]+)>", line)
        if call and call.group(1) != function:
            calls[function].add(call.group(1))
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


def stack_bound():
    """the deepest call chain fits its stack, and nothing recurses"""
    symbols = {}
    for elf in (audit_code.PURGATORY, audit_code.ELF):
        for fields in map(str.split, audit_code.tool("nm", elf).splitlines()):
            if len(fields) == 3:
                symbols[elf, fields[2]] = int(fields[0], 16)
    with open("include/lethe/boot.h", encoding="ascii") as file:
        promised = int(re.search(r"stack: (\d+) KiB below", re.sub(r"\s+\* ", " ", file.read()))[1])
    rooms = [(elf, root, symbols[elf, high] - symbols[elf, low])
             for elf in (audit_code.ELF, audit_code.PURGATORY)
             for root, (low, high) in ROOTS.items() if (elf, root) in symbols]
    with open("src/smp/worker.h", encoding="ascii") as file:
        worker = int(re.search(r"LETHE_WORKER_STACK (\d+)", file.read())[1])
    rooms.append((audit_code.ELF, "lethe_worker_share", worker))
    graphs = {elf: frames_and_calls(elf) for elf in (audit_code.ELF, audit_code.PURGATORY, CALLER)}
    bad = []
    for elf, root, room in rooms + [(CALLER, CALLER_ROOT, promised * 1024)]:
        frames, calls = graphs[elf]
        depth, path = deepest(root, frames, calls)
        if depth is None:
            bad.append("recursion: " + " > ".join(path))
        elif depth > room:
            bad.append(f"{root}: {depth} of {room} bytes: " + " > ".join(path))
        else:
            print(f"     {root}: deepest {depth} of {room} bytes: {' > '.join(path)}")
    return bad


AUDITS = [stack_bound]
