# SPDX-License-Identifier: BSD-2-Clause
"""Audits of names: what a file exports begins with the file's name, what asks a question says yes or no."""
import os
import re

import audit_source
import graph

# Exports that begin with no file's name, each with its reason.
EXPORTED_ELSEWHERE = {
    "lethe_boot_context": "the one context of a boot, beside the sequence",
    "lethe_boot_sequence": "main.c is named as a reader looks for it",
    "lethe_next_slot": "likewise",
    "lethe_purgatory": "the symbol by which `lethe graft` knows the object",
}


# Each is one thing of many files, with exports that begin with the folder's name.
FOLDERS = ("efi", "el3", "flash", "hold", "monitor")


def begins(symbol, stem):
    """lethe_stop and lethe_stop_with begin with the stem stop, lethe_stopped does not"""
    return re.match(rf"lethe_(stage_)?{stem}(_|$)", symbol)


def stem(name):
    return os.path.basename(name).rpartition(".")[0]


def owners(symbol, names):
    """The files that a symbol may be defined in, as its name has it: those whose stem is the longest match.

    A name that no stem is the beginning of belongs to all files whose stems begin with the same word: lethe_fdt_close
    to fdt_fixup.c and fdt_get.c, as long as there is no fdt.c.
    """
    matching = [(len(match[0]), name) for name in names if (match := begins(symbol, stem(name)))] + \
        [(len(match[0]), name) for name in names
         if (folder := name.split("/")[1]) in FOLDERS and (match := begins(symbol, folder))]
    longest = max(matching, default=(0, None))[0]
    return [name for length, name in matching if length == longest] or \
        [name for name in names if begins(symbol, stem(name).partition("_")[0])]


def exports_are_named():
    """a C file of src/ exports what begins with lethe_ and the file's name; public names are include/lethe's"""
    public = set(re.findall(r"\b(lethe_\w+)\(", " ".join(map(audit_source.text, audit_source.files("include/lethe")))))
    homes = {}
    for product in graph.PRODUCTS:
        for name, (defined, _) in graph.symbols(product).items():
            for symbol in defined if name.startswith("src/") else ():
                homes.setdefault(symbol, set()).add(name)
    names = sorted(set().union(*homes.values()))
    bad = {}
    for symbol in sorted(homes.keys() - public):
        expected = owners(symbol, names)
        # One product's file of that name has it: another product's may stand in for it.
        if not homes[symbol] & set(expected):
            for name in sorted(homes[symbol]):
                if name.endswith(".c") and symbol not in EXPORTED_ELSEWHERE:
                    bad.setdefault(name, []).append(symbol)
    return [f"{name}: {' '.join(symbols)}" for name, symbols in sorted(bad.items())]


def predicates():
    """a function whose name asks a question (is, has, may, can) returns bool"""
    head = re.compile(r"^((?:[a-z]\w* )+\**)((?:\w+_)?(?:is|has|may|can)_\w+)\(", re.M)
    return [f"{name}:{content.count(chr(10), 0, match.start()) + 1}: {match[1]}{match[2]}"
            for name in audit_source.files("src/*.[ch]", "include/*.h", "tools/*.[ch]")
            for content in [audit_source.text(name)] for match in head.finditer(content)
            if "bool" not in match[1].split() and match[1] != "return "]


AUDITS = [exports_are_named, predicates]
