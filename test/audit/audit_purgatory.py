# SPDX-License-Identifier: BSD-2-Clause
"""Audits of purgatory.ro: what kexec-tools' loader takes, and what the kexec binary has room for."""
import audit_code

RO = f"{audit_code.O}/purgatory.ro"
WANTED = {"purgatory_start": None, "arm64_sink": 8, "arm64_kernel_entry": 8, "arm64_dtb_addr": 8,
          "skip_checks": 4, "sha256_regions": 256, "sha256_digest": 32}


def readelf(option):
    return [line.split() for line in audit_code.tool("readelf", option, RO).splitlines()]


def symbols():
    """{name: value} of the linked purgatory"""
    lines = audit_code.tool("nm", f"{audit_code.O}/purgatory.elf").splitlines()
    return {row[2]: int(row[0], 16) for row in map(str.split, lines) if len(row) == 3}


def purgatory_fits():
    """purgatory.ro fits where a kexec binary has its own: purgatory.ld has the number"""
    budget = symbols()["LETHE_BUDGET"]
    with open(RO, "rb") as file:
        size = len(file.read())
    print(f"     {size} of {budget} bytes")
    return [] if size <= budget else [f"{size} of {budget} bytes"]


def purgatory_relocations():
    """purgatory.ro is relocated by R_AARCH64_ABS64 alone, twice"""
    types = [row[2] for row in readelf("-rW") if len(row) >= 3 and row[2].startswith("R_AARCH64")]
    return [] if types == ["R_AARCH64_ABS64"] * 2 else types or ["none"]


def purgatory_symbols():
    """each symbol that kexec-tools patches is global, exactly sized, in a section of the file"""
    nobits = {row[0].strip("[]") for row in
              ([*line.replace("[ ", "[").split()] for line in
               audit_code.tool("readelf", "-SW", RO).splitlines()) if "NOBITS" in row}
    found = {row[7]: row for row in readelf("-sW") if len(row) == 8 and row[4] == "GLOBAL"}
    bad = [f"{name} is not there" for name in WANTED if name not in found]
    for name in WANTED.keys() & found.keys():
        row = found[name]
        if WANTED[name] not in (None, int(row[2])) or row[6] in nobits | {"UND", "COM", "ABS"}:
            bad.append(" ".join(row))
    return bad if nobits else ["no NOBITS section"]


def purgatory_vectors():
    """the exceptions that purgatory.ro can meet have their vectors, where VBAR makes the CPU look"""
    found = symbols()
    wanted = {f"lethe_vector_{kind}": found["lethe_vectors"] + 0x200 + 128 * kind for kind in range(4)}
    bad = [f"{name} is not at {at:#x}" for name, at in wanted.items() if found.get(name) != at]
    return bad if found["lethe_vectors"] % 2048 == 0 else bad + ["VBAR's low bits are not zero"]


AUDITS = [purgatory_fits, purgatory_relocations, purgatory_symbols, purgatory_vectors]
