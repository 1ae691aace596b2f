# SPDX-License-Identifier: BSD-2-Clause
"""Every maintenance operation and barrier, in the object code, and what becomes of it.

The blob is linked at 0: an address in the ELF is an offset in a bundle, a mutant a few words there.
The program that tests relocation likewise.
Where it stands is said by function, the innermost one that was inlined, so that the list of those
that cannot be seen (docs/internals/unseen.md) outlives a change of the code around them.
"""

import dataclasses
import os
import re
import subprocess

NOP = 0xd503201f
RET = 0xd65f03c0
OPERATIONS = ("dc", "ic", "tlbi")
BARRIERS = ("dmb", "dsb", "isb")
EVENTS = ("sev",)
SCRATCH = 17            # x17: a caller of anything expects it gone
CAVE, CAVE_END = 0xe00, 0x1000      # zeros in the header page
CAVE_SIZE = 32          # of another
NOT_RUN = ("lethe_flash_fail",)     # the end of a boot that is none of the cells'
LINE = 64               # of most CPUs; where lines are longer a part of one
NEAR = 4                # neighbours by which one instruction is told from another
CODE_LINE = re.compile(r"^\s*([0-9a-f]+):\t([0-9a-f]{8}) \t(\S+)(?:\t([^/]*))?")


@dataclasses.dataclass(frozen=True)
class Instruction:
    address: int
    word: int
    name: str
    operands: str
    symbol: str         # the function it lies in, as linked ...
    offset: int
    function: str       # ... and as written
    before: tuple = ()  # texts of its neighbours in the function, in the order of the code
    after: tuple = ()
    unit: str = ""      # the file of the function, from the top of the tree
    section: str = ".text"

    @property
    def text(self):
        """A branch to another function without the address."""
        return re.sub(r" [0-9a-f]+ <(\w+)>$", r" \1", f"{self.name} {self.operands}".strip())

    @property
    def target(self):
        """Of a branch, its address."""
        return int(self.operands.split(",")[-1].split()[0], 16)

    def register(self, index):
        """Number of an operand's register, xzr 31."""
        word = self.operands.split(",")[index].strip()
        return 31 if word[1:] == "zr" else int(word[1:])


@dataclasses.dataclass(frozen=True)
class Mutant:
    subject: str        # whose code it is
    site: Instruction
    kind: str           # what the list names
    change: str         # the same for people
    patches: tuple      # (address, word)
    edit: object = None     # edits.Edit: the patches are made when they are needed

    def __str__(self):
        return f"{self.site.address:#x}\t{self.site.symbol}+{self.site.offset:#x}\t" \
            f"{self.site.function}\t{self.site.text}\t{self.change}"


def run(tool, *arguments, **options):
    tool = os.environ.get("CROSS_COMPILE", "aarch64-linux-gnu-") + tool
    return subprocess.run([tool, *arguments], check=True, stdout=subprocess.PIPE, text=True,
                          **options).stdout


def written_in(elf, addresses):
    """{address: (innermost function, its file)}, by the debug information."""
    lines = run("addr2line", "-f", "-i", "-a", "-e", elf,
                input="\n".join(map(hex, addresses))).splitlines()
    starts = [i for i, line in enumerate(lines) if re.fullmatch("0x[0-9a-f]{16}", line)]
    return {int(lines[i], 16): (lines[i + 1], os.path.normpath(lines[i + 2].rpartition(":")[0])) for i in starts}


def disassemble(elf):
    """What is Lethe's while it boots; and what stays below a payload, and what a front end copies there, if there is any."""
    sections = run("readelf", "-SW", elf)
    return [one for section, option, is_there in (
        (".text", "-d", True), (".monitor", "-d", re.search(r"\s\.monitor\s+PROGBITS", sections)),
        (".rodata", "-D", re.search(r"\s\.parameters\s+NOBITS", sections)))
            if is_there for one in disassemble_section(elf, section, option)]


def disassemble_section(elf, section, option):
    """-D: constants, of which only what is marked as a function is code."""
    code, functions = [], []
    for line in run("readelf", "-sW", elf).splitlines():
        words = line.split()
        if len(words) == 8 and words[3] == "FUNC" and int(words[2], 0):
            functions.append((int(words[1], 16), int(words[2], 0), words[7]))
    functions.sort()
    raw = [CODE_LINE.match(line) for line in
           run("objdump", option, "-j", section, elf).splitlines()]
    raw = [match for match in raw if match]
    inline = written_in(elf, [int(match[1], 16) for match in raw])
    at = 0
    for match in raw:
        address = int(match[1], 16)
        while at + 1 < len(functions) and functions[at + 1][0] <= address:
            at += 1
        start, size, symbol = functions[at]
        if not start <= address < start + size:
            if option == "-D":
                continue
            start, symbol = 0, ""       # nobody's
        function, unit = inline[address]
        code.append(Instruction(address, int(match[2], 16), match[3], (match[4] or "").strip(), symbol,
                                address - start, function if function != "??" else symbol, unit=unit,
                                section=section))
    return [dataclasses.replace(one, before=near(code[max(0, i - NEAR):i], one),
                                after=near(code[i + 1:i + 1 + NEAR], one))
            for i, one in enumerate(code)]


def near(others, one):
    return tuple(other.text for other in others if other.symbol == one.symbol)


# ---- encodings ----

def nop(one):
    return ((one.address, NOP),)


def branch(source, target):
    return 0x14000000 | (target - source) >> 2 & 0x3ffffff


def swapped(one, other):
    return ((one.address, other.word), (other.address, one.word))


# ---- what is done to them ----

def barrier_mutants(code):
    """Left out; limited to the inner shareable domain; to loads."""
    for one in code:
        if one.name in OPERATIONS + BARRIERS + EVENTS:
            yield one, "nop", "nop", nop(one)
        if one.name in ("dsb", "dmb") and one.operands == "sy":
            for domain, bits in (("ish", 0xb00), ("ld", 0xd00)):
                word = one.word & ~0xf00 | bits
                yield one, domain, f"{one.name} {domain}", ((one.address, word),)
        if one.name == "dc" and one.operands.startswith("civac"):
            word = 0xd5087620 | one.register(1)
            yield one, "ivac", f"dc ivac, x{one.register(1)}", ((one.address, word),)


def swap_mutants(code):
    """Two neighbours change places. Operations that one barrier completes have no order anyway."""
    for one, other in zip(code, code[1:]):
        both = (one.name, other.name)
        if other.address == one.address + 4 and one.word != other.word and \
                all(name in OPERATIONS + BARRIERS for name in both) and \
                not all(name in OPERATIONS for name in both):
            yield one, "swap", f"swapped with {other.text}", swapped(one, other)


def find_loops(code):
    """(the dc, the add, the cmp or None, the branch back) of each dc in a loop by address."""
    for i, one in enumerate(code):
        if one.name != "dc":
            continue
        compare = None
        for other in code[i + 1:i + 12]:
            if other.symbol != one.symbol:
                break
            if other.name == "cmp":
                compare = other
            if other.name.startswith("b.") and other.target <= one.address:
                add = code[i + 1]
                if add.name not in ("add", "adds") or \
                        not add.register(0) == add.register(1) == one.register(1):
                    raise SystemExit(f"mutants: {one.symbol}: a loop of a form not known here")
                yield one, add, compare, other
                break


def last_left_out(compare, add, cave):
    """As if the end came a line earlier: there is no room for that in the loop."""
    end, line = compare.register(1), add.register(2)
    return ((compare.address, branch(compare.address, cave)),
            (cave, 0xcb000000 | line << 16 | end << 5 | SCRATCH),           # sub
            (cave + 4, 0xeb00001f | SCRATCH << 16 | compare.register(0) << 5),      # cmp
            (cave + 8, branch(cave + 8, compare.address + 4)))


def loop_mutants(code):
    """By address: a line too few at either end, lines taken for longer than they are.

    Taken for shorter is no mistake: lines are then done twice.
    """
    cave = CAVE
    for one, add, compare, back in find_loops(code):
        yield one, "first", "the first line skipped", swapped(one, add)
        yield one, "once", "one turn only", nop(back)
        if compare:
            yield one, "last", "the last line skipped", last_left_out(compare, add, cave)
            cave += 16
        before = [other for other in code if other.symbol == one.symbol and
                  other.address < one.address]
        align = [other for other in before if other.name == "bic"]
        size = [other for other in before if other.name == "ubfx" and "#16, #4" in other.operands]
        if not size or cave > CAVE_END:
            raise SystemExit(f"mutants: {one.symbol}: where is the line size?")
        if align:
            yield align[-1], "align", "the start not aligned", nop(align[-1])
        for shift in (5, 6):
            word = 0xd2800000 | shift << 5 | size[-1].register(0)
            yield size[-1], "size", f"lines of {4 << shift} bytes", ((size[-1].address, word),)


def call_mutants(code, routines):
    """Whole ranges left out: calls of what has such a loop."""
    for one in code:
        name = re.search(r"<(\w+)>$", one.operands)
        if one.name == "bl" and name and name[1] in routines:
            yield one, "call", "nop", nop(one)
        if one.name == "b" and name and name[1] in routines and one.symbol not in routines:
            yield one, "call", "ret", ((one.address, RET),)


def range_code(kind, start, end):
    """Words that make the range [start, end), two registers, shorter. x2 and x3 are the routine's own."""
    line, scratch = LINE << 10, 2
    half = (0xcb000000 | start << 16 | end << 5 | scratch,                  # sub x2, end, start
            0xd341fc00 | scratch << 5 | scratch)                            # lsr x2, x2, #1
    return {"start": (0x91000000 | line | start << 5 | start,),             # add start, start, #64
            "end": (0xd1000000 | line | end << 5 | end,),                   # sub end, end, #64
            "low": (*half, 0x8b000000 | scratch << 16 | start << 5 | start),    # add start, start, x2
            "high": (*half, 0xcb000000 | scratch << 16 | end << 5 | end)}[kind]  # sub end, end, x2


RANGES = {"start": "the first line left out", "end": "the last line left out",
          "low": "the lower half left out", "high": "the upper half left out"}


def range_mutants(code, ranged, cave):
    """Calls with a range that is too short, at either end. ranged: {routine: (start, end), its registers}."""
    for one in code:
        name = re.search(r"<(\w+)>$", one.operands)
        if one.name not in ("b", "bl") or not name or name[1] not in ranged or one.symbol in ranged:
            continue
        for kind, text in RANGES.items():
            words = range_code(kind, *ranged[name[1]])
            patches = [(cave + 4 * i, word) for i, word in enumerate(words)]
            back = cave + 4 * len(words)
            yield one, kind, text, ((one.address, one.word & 1 << 31 | branch(one.address, cave)),
                                    *patches, (back, branch(back, one.target)))


def cave_before(elf, symbol, code):
    """Room for a few instructions: where the last page of a program's text is filled with zeros, or in what no cell runs."""
    found = re.search(rf"^([0-9a-f]+) \w {symbol}$", run("nm", elf), re.M)
    cave = int(found[1], 16) - CAVE_SIZE
    if any(cave <= one.address < cave + CAVE_SIZE and one.symbol not in NOT_RUN for one in code):
        raise SystemExit(f"mutants: no room before {symbol}")
    return cave


def mutants(subject, elf, prefixes, but=(), cave_end="", units=None):
    """All of the functions whose names begin so, by address. cave_end: symbol; without it the header page.

    units: of the text only what is written there, and all that is in other sections.
    """
    everything = disassemble(elf)
    cave = cave_before(elf, cave_end, everything) if cave_end else CAVE
    loops = list(find_loops(everything))
    routines = {one.symbol for one, *_ in loops}
    ranged = {one.symbol: (compare.register(0), compare.register(1)) for one, _, compare, _ in loops if compare}
    code = [one for one in everything if one.symbol.startswith(prefixes) and one.symbol not in but]
    if units:
        code = [one for one in code if one.section != ".text" or one.unit.startswith(units)]
    found = {}
    for made in (barrier_mutants(code), swap_mutants(code), loop_mutants(code),
                 call_mutants(code, routines), range_mutants(code, ranged, cave)):
        for mutant in made:
            found.setdefault(mutant[3], Mutant(subject, *mutant))
    return sorted(found.values(), key=lambda mutant: mutant.site.address)
