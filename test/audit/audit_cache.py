# SPDX-License-Identifier: BSD-2-Clause
"""docs/internals/cache.md against the object code: every barrier and maintenance operation, by function."""
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
import sites

ROW = re.compile(r"^\| `(\w+)` \| ([^|]+) \|", re.M)


def said(name, operands):
    """As the document says it: without a register."""
    return re.sub(r", x\d+$", "", f"{name} {operands}".strip())


def in_library(but):
    """The same of the library's functions that are not in the blob."""
    found, function = set(), None
    library = os.path.join(os.environ["O"], "liblethe.o")
    for line in sites.run("objdump", "-d", library).splitlines():
        head = re.match(r"^[0-9a-f]+ <(\w+)>:$", line)
        function = head[1] if head else function
        match = sites.CODE_LINE.match(line)
        if match and match[3] in sites.OPERATIONS + sites.BARRIERS and function not in but:
            found.add((function, said(match[3], (match[4] or "").strip())))
    return found


def in_object_code():
    """{(function, "dc civac" or "dsb sy" or "cleaned")}"""
    code = sites.disassemble(os.path.join(os.environ["O"], "lethe.elf"))
    routines = {one.symbol for one, *_ in sites.find_loops(code)}
    found = {(one.function, said(one.name, one.operands)) for one in code
             if one.name in sites.OPERATIONS + sites.BARRIERS}
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


AUDITS = [cache_document]
