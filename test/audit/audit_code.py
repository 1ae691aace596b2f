# SPDX-License-Identifier: BSD-2-Clause
"""Audits of the object code: what no compiler flag promises for assembly and libraries alike."""
import os
import re
import subprocess

O = os.environ["O"]
CROSS = os.environ["CROSS_COMPILE"]
ELF = f"{O}/lethe.elf"
CPUS = f"{O}/lethe-cpus.elf"
PURGATORY = f"{O}/purgatory.elf"
FLASH = f"{O}/lethe-el3.elf"
EFI = f"{O}/lethe-efi.elf"
LINKS = (ELF, CPUS, PURGATORY, FLASH, EFI)

# The units that may use FP/SIMD registers: relocate.S and copy.S, where they are not trapped; sha256_ce.S, which sees to that.
SIMD_UNITS = ("lethe_copy_turns", "lethe_relocate_list", "lethe_sha256_ce")

# With the MMU off: exclusives and atomics are not defined on Device memory, DC ZVA faults.
FORBIDDEN = re.compile(r"^(ld(a|x|ax)r|st(l?x|lx)r|ldxp|ldaxp|stxp|stlxp|cas|swp|ld(add|clr|eor|set|smax|umax|smin|umin))")
SHARED_WORK = ("src/digest/chunks.c", "src/smp/crew.c", "src/smp/worker.c")
SYSTEM_OPS = {"dc civac", "ic iallu", "ic ialluis", "tlbi alle1", "tlbi alle2", "tlbi alle3", "tlbi vmalle1", "at s1e1w", "at s1e2w"}
# Below EL1 and EL2, whose register it keeps.
X18_UNITS = ("lethe_monitor_trap", "lethe_el3_smc")
SIMD_OPERAND = re.compile(r"(?<![\w.])([vqdshb]([12]?[0-9]|3[01])|z[0-9]+|p[0-9]+)(\.|/|\b)(?![\w:])")


def tool(name, *args):
    return subprocess.run([CROSS + name, *args], capture_output=True, text=True, check=True).stdout


def sections_of(elf):
    """Those with code that is Lethe's while it boots, and what stays below a payload."""
    return (".text", ".monitor") if elf == CPUS else (".text",)


def instructions(elf=ELF, all_sections=False):
    """(function, address, mnemonic, operands) of the whole blob; data in the header page left out."""
    function = None
    sections = [] if all_sections else [word for one in sections_of(elf) for word in ("-j", one)]
    for line in tool("objdump", "-d", *sections, elf).splitlines():
        head = re.match(r"^[0-9a-f]+ <(.+)>:$", line)
        if head:
            function = head.group(1)
            continue
        parts = line.split("\t")
        if len(parts) >= 3:
            operands = parts[3] if len(parts) > 3 else ""
            # A branch target is an address and a symbol, not an operand: "d0" can be both.
            operands = re.sub(r"\b[0-9a-f]+ <.*", "", operands.split("//")[0])
            yield function, parts[0].strip(), parts[2].strip(), operands.strip()


def everything():
    """the instructions of every link: both blobs', the monitor's with them, and the purgatory's"""
    for elf in LINKS:
        yield from instructions(elf)


def no_simd():
    """no FP/SIMD register outside the units that may use them"""
    return [f"{f} {a} {m} {o}" for f, a, m, o in everything()
            if f not in SIMD_UNITS and SIMD_OPERAND.search(o)]


def no_x18():
    """no use of x18, the platform's register"""
    return [f"{f} {a} {m} {o}" for f, a, m, o in everything() if f not in X18_UNITS and re.search(r"\b[xw]18\b", o)]


def system_operations():
    """only the maintenance operations that the design allows: by VA to the PoC, never set/way"""
    found = [(f, a, m, o) for f, a, m, o in everything() if m in ("dc", "ic", "tlbi", "at", "sys")]
    return [f"{f} {a} {m} {o}" for f, a, m, o in found
            if f"{m} {o.split(',')[0]}" not in SYSTEM_OPS]


MEMORY = re.compile(r"^(ld|st|prfm)")
ACCUMULATE = {"madd", "msub", "smaddl", "smsubl", "umaddl", "umsubl"}     # without one: mul, mneg


def registers(operands):
    """Numbers of the general registers: w3 and x3 are one."""
    return re.findall(r"\b[xw]([0-9]+)\b", operands)


def is_unsafe_pair(first, second):
    """Cortex-A53 erratum 835769. first, second: (mnemonic, operands). A load that it waits for keeps it safe."""
    if not MEMORY.match(first[0]) or second[0] not in ACCUMULATE or not second[1].startswith("x"):
        return False
    loaded = registers(first[1].split("[")[0]) if first[0].startswith("ld") else []
    return not set(loaded) & set(registers(second[1])[1:])


def no_pair_of_erratum_835769():
    """no memory operation right before a 64-bit multiply-accumulate that does not wait for it"""
    cases = [(("ldr", "x1, [x0]"), ("madd", "x2, x3, x4, x5"), True),
             (("str", "x3, [x0]"), ("umaddl", "x2, w3, w4, x5"), True),
             (("ldr", "w5, [x3]"), ("msub", "x2, x3, x4, x5"), False),      # waits for the load
             (("ldr", "x1, [x0]"), ("madd", "w2, w3, w4, w5"), False),      # 32 bits
             (("add", "x1, x1, x2"), ("madd", "x2, x3, x4, x5"), False)]
    found = [f"the audit itself: {first} {second}" for first, second, wanted in cases
             if is_unsafe_pair(first, second) != wanted]
    for elf in (*LINKS, f"{O}/liblethe.o"):
        before = None
        for f, a, m, o in instructions(elf, all_sections=elf.endswith(".o")):
            if before and is_unsafe_pair(before, (m, o)):
                found.append(f"{os.path.basename(elf)}: {f} {a} {before[0]} {before[1]}; {m} {o}")
            before = m, o
    return found


def no_unwind_tables():
    """the library brings no unwind tables: a loader that drops no sections would carry them"""
    return [line for line in tool("objdump", "-h", f"{O}/liblethe.o").splitlines() if "eh_frame" in line]


def exclusives_need_caches():
    """no exclusive or atomic access but where several CPUs share work, with the caches on"""
    found = [(elf, f, a, m, o) for elf in LINKS for f, a, m, o in instructions(elf) if FORBIDDEN.match(m)]
    return [f"{f} {a} {m} {o}" for elf, f, a, m, o in found if not source_of(elf, a).endswith(SHARED_WORK)]


def source_of(elf, address):
    return tool("addr2line", "-e", elf, f"0x{address}").partition(":")[0]


def no_indirect_calls():
    """no call through a register, but of firmware's: the call graph is known, and with it the stack"""
    return [f"{f} {a} {m} {o}" for elf in LINKS if elf != EFI for f, a, m, o in instructions(elf) if m == "blr"]


def sized():
    """every function has a type and a size"""
    return [fields[7] for elf in LINKS
            for fields in map(str.split, tool("readelf", "-sW", elf).splitlines())
            if len(fields) == 8 and fields[3] == "FUNC" and fields[2] == "0"]


def disassembled():
    """the disassembly is there at all (the audits above look at something)"""
    wanted = {"lethe_entry_common", "lethe_handoff", "lethe_dcache_clean_inval_poc", "memset", "fdt_next_tag"}
    monitor = {"lethe_monitor_vectors", "lethe_monitor_pen", "lethe_monitor_call"}
    return sorted(f"{os.path.basename(elf)}: {name}" for elf, names in ((ELF, wanted), (CPUS, wanted | monitor))
                  for name in names - {f for f, _, _, _ in instructions(elf)})


def resident_is_alone():
    """what stays below a payload branches to nothing and names nothing that does not stay"""
    at = {fields[2]: int(fields[0], 16) for fields in map(str.split, tool("nm", CPUS).splitlines()) if len(fields) == 3}
    resident = [(at["lethe_monitor_start"], at["lethe_monitor_end"]), (at["lethe_monitor"], at["lethe_blob_end"])]
    bad = []
    if at["lethe_monitor_vectors"] != at["lethe_monitor_start"] or at["lethe_monitor_start"] % 2048 != 0:
        bad.append("the monitor's vectors are not where its VBAR points")
    for line in tool("objdump", "-d", "-j", ".monitor", CPUS).splitlines():
        # A branch, ADR or ADRP: an address and what lies there.
        target = re.search(r"\t(?:b|b\.\w+|bl|cbn?z|tbn?z|adrp?)\t.*?\b([0-9a-f]+) <", line)
        if target and not any(start <= int(target[1], 16) < end for start, end in resident):
            bad.append(line.strip())
    return bad


AUDITS = [disassembled, no_simd, no_x18, system_operations, no_pair_of_erratum_835769, no_unwind_tables,
          exclusives_need_caches, no_indirect_calls, sized, resident_is_alone]
