# SPDX-License-Identifier: BSD-2-Clause
"""docs/internals/cache.md against the object code: every barrier and maintenance operation, by function."""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
import sites

ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \|", re.M)
# 4 << CTR_EL0.DminLine.
LINE_SIZE = r"mrs (x\d+), ctr_el0\nubfx \1, \1, #16, #4\nmov (x\d+), #0x4\nlsl \2, \2, \1\n"
STEPPING = {"lethe_dcache_clean_inval_poc", "lethe_dcache_clean_inval_bulk", "lethe_relocate_list"}   # cache.S, cache_bulk.S, relocate.S


def said(name, operands):
    """As the document says it: without a register."""
    return re.sub(r", x\d+$", "", f"{name} {operands}".strip())


def instructions(file):
    """[(function, name, operands)] of one that is linked, or a library."""
    found, function = [], None
    for line in sites.run("objdump", "-d", os.path.join(os.environ["O"], file)).splitlines():
        head = re.match(r"^[0-9a-f]+ <(\w+)>:$", line)
        function = head[1] if head else function
        match = sites.CODE_LINE.match(line)
        if match:
            found.append((function, match[3], (match[4] or "").strip()))
    return found


def in_library(but):
    """The same of the library's functions that are not in the blob."""
    return {(function, said(name, operands)) for function, name, operands in instructions("liblethe.o")
            if name in sites.OPERATIONS + sites.BARRIERS and function not in but}


def in_object_code():
    """{(function, "dc civac" or "dsb sy" or "cleaned")} of both blobs, what stays below a payload with them; of the front end"""
    code = [one for elf in ("lethe.elf", "lethe-cpus.elf", "lethe-el3.elf", "lethe-efi.elf") for one in sites.disassemble(os.path.join(os.environ["O"], elf))]
    routines = {one.symbol for one, *_ in sites.find_loops(code)}
    found = {(one.function, said(one.name, one.operands)) for one in code
             if one.name in sites.OPERATIONS + sites.BARRIERS + sites.EVENTS}
    for one in code:
        target = re.search(r"<(\w+)>$", one.operands)
        if one.name in ("b", "bl") and target and target[1] in routines and \
                one.symbol not in routines:
            found.add((one.function, "cleaned"))
    # What the blob inlines is said under the name it is written under, not by who inlines it here.
    return found | in_library({name for one in code for name in (one.symbol, one.function)})


def in_document():
    with open(os.path.join(HERE, "../../docs/internals/cache.md"), encoding="utf-8") as file:
        text = file.read()
    return {(function, one) for function, what in ROW.findall(text)
            for one in re.findall("`([^`]+)`", what) or [what.strip()]}


def cache_document():
    """docs/internals/cache.md names every maintenance operation and barrier there is, and no other"""
    code, document = in_object_code(), in_document()
    return [f"not in docs/internals/cache.md: {one}" for one in sorted(code - document)] + \
        [f"not in the code: {one}" for one in sorted(document - code)]


def wrong_step(code):
    """What is wrong with a function's text: a read of CTR_EL0 for another field, a DC that moves on by another size."""
    size = re.search(LINE_SIZE, code)
    steps = set(re.findall(r"dc civac, (x\d+)\nadds? \1, \1, (\S+)\n", code))
    if code.count("ctr_el0") != (size is not None):
        return "CTR_EL0 is not read for DminLine"
    if any(step != (size and size[2]) for _, step in steps):
        return "a DC moves on by another size than CTR_EL0.DminLine's"
    return ""


def line_size():
    """lines are as long as CTR_EL0.DminLine says: no emulated CPU has another IminLine or CWG"""
    bad, seen = [], set()
    for file in ("lethe.elf", "lethe-cpus.elf", "lethe-el3.elf", "liblethe.o", "purgatory.elf"):
        texts = {}
        for function, name, operands in instructions(file):
            texts[function] = texts.get(function, "") + f"{name} {operands}\n"
        bad += [f"{file}: {function}: {wrong_step(code)}" for function, code in texts.items() if wrong_step(code)]
        seen |= {function for function, code in texts.items() if re.search(LINE_SIZE, code)}
    return bad + [f"no line size in {name}" for name in STEPPING - seen]


AUDITS = [cache_document, line_size]
