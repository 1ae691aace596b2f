# SPDX-License-Identifier: BSD-2-Clause
"""Mutants made in the source: which range is cleaned, in what order, a field of a register or a descriptor.

Each is built in a copy of the tree. The words of the blob that differ are patched into a bundle, as any mutant's.
docs/internals/unseen.md lists those that no boot sees by function and name, as "edit".
"""

import dataclasses
import os
import shutil
import struct
import subprocess

import sites

KIND = "edit"
MADE = ("lethe.img", "lethe.elf", "newlib", "sha-auto", "obj/blob")     # in the build's folder, if they are there


@dataclasses.dataclass(frozen=True)
class Edit:
    function: str
    name: str
    file: str           # in src
    changes: tuple      # (old, new), one after the other; old stands there once

    def mutant(self):
        site = sites.Instruction(0, 0, self.name, "", "", 0, self.function)
        return sites.Mutant("blob", site, KIND, self.file, (), self)


def edits(file, function, *found):
    """Of one function. found: (name, old, new), or (name, (old, new), ..)"""
    return [Edit(function, name, file, tuple(rest) if isinstance(rest[0], tuple) else (tuple(rest),))
            for name, *rest in found]


def before(line, other):
    """Changes that move a line up, before another."""
    return (line, ""), (other, line + other)


def behind(line, other):
    return (line, ""), (other, other + line)


CLEAN = "lethe_dcache_clean_inval_poc"
MMU_ON = "lethe_mmu_on(&lethe_memory_map_regs, (uint64_t)map.pool, (uint64_t)lethe_data_start,\n\t\t     (uint64_t)lethe_own_end);"
MMU_OFF = "\tlethe_mmu_off((uint64_t)lethe_data_start, (uint64_t)lethe_blob_end);\n"
OWN_END = "own_end = (uint64_t)lethe_blob_end;"
BULK = "lethe_dcache_clean_inval_bulk"
SOURCE_LINE = f"\t{BULK}(source.start, source.end);\n"
BEFORE = "\tlethe_before_store(ctx, stored);\n"
SOURCE = SOURCE_LINE + BEFORE       # the line alone stands there twice
CLEANED = "\tclean_segment(ctx, index);\n"
MOVED = "\tctx->stage_bytes += lethe_range_size(lethe_segment_stored(ctx, index));\n"
IN_PLACE = "ctx->placement.segment[index].dest == ctx->placement.segment[index].source"
WITHOUT_TAIL = "stored.end - segment->mem_size + segment->file_size"
STORED = "publish_range(stored.start, lethe_range_size(stored));"
SEGMENT = "const struct lethe_segment *segment = &ctx->segments[index];\n"
BUFFER = f"\t{CLEAN}(ctx->placement.tree.start, ctx->placement.tree.start + space);\n"
FIXED = "\tstatus = lethe_fdt_fixup_read(&ctx->facts, buffer, space, &fixup, where);\n"
PUBLISHED = "\tpublish_tree(ctx);\n"
WITH_RECORD = "\tif (ctx->has_record) {\n"
MAPPED = "\tlethe_memory_map(ctx, table, LETHE_MAP_RW);\n"
PROBED = "\treturn lethe_read_tree_probe(table.start, lethe_range_size(table)) == LETHE_OK;\n"
IC = "\tic\tiallu				// the I side may hold lines of an earlier program\n"
POOL_END = "pool + sizeof(pool)"


EDITS = [
    # Which range.
    *edits("memory_map.c", "lethe_memory_map_on",
           ("without the stacks", MMU_ON, MMU_ON.replace("lethe_own_end", POOL_END)),
           ("without data and bss", MMU_ON, MMU_ON.replace("lethe_data_start", "pool")),
           ("without tables and stacks", MMU_ON, MMU_ON.replace("lethe_own_end", "pool"))),
    *edits("memory_map.c", "lethe_memory_map_leave",
           ("without the stacks", MMU_OFF, MMU_OFF.replace("lethe_blob_end", POOL_END)),
           ("without data and bss", MMU_OFF, MMU_OFF.replace("lethe_data_start", "pool"))),
    *edits("handoff.c", "lethe_stage_handoff",
           ("without the stacks", OWN_END, "own_end = (uint64_t)&i & -4096ULL;"),
           ("without data, bss and tables", "own_start = (uint64_t)lethe_image_start;",
            "own_start = (uint64_t)&i & -4096ULL;")),
    *edits("entry.S", "lethe_entry_common",
           ("without tables and stacks", "adr_l\tx1, lethe_own_end", "adr_l\tx1, lethe_bss_end"),
           ("without text and constants", "\tmov\tx0, x22\n\tadr_l\tx1", "\tadr_l\tx0, lethe_data_start\n\tadr_l\tx1")),
    *edits("move.c", "clean_segment",
           ("without the tail", BEFORE,
            f"\t{SEGMENT}\tlethe_before_store(ctx, (struct lethe_range){{stored.start, {WITHOUT_TAIL}}});\n"),
           ("not what is in place", SOURCE, f"\tif (!({IN_PLACE}))\n\t{SOURCE}"),
           ("what is in place alone", SOURCE, f"\tif ({IN_PLACE})\n\t{SOURCE}"),
           ("over itself, the source alone", "source.end = stored.end > source.end ? stored.end : source.end;", ""),
           ("over itself, the destination alone", ("source.start = stored.start < source.start ? stored.start : source.start;",
                                                   "source.start = stored.start;"))),
    *edits("before_store.c", "lethe_before_store",
           ("uncached as cached", "if (!ctx->is_cached) {", "if (ctx == 0) {")),
    *edits("context.h", "lethe_sources_are_coherent",
           ("uncached as well", "return ctx->is_cached && ", "return "),
           ("whatever the plan says", "return ctx->is_cached && (ctx->plan->flags & LETHE_PLAN_COHERENT) != 0;",
            "return ctx->is_cached;")),
    *edits("move_list.c", "lethe_move_list",
           ("the first page of a run", "lethe_range_of(run->dest, run->size)",
            "lethe_range_of(run->dest, 1ULL << ctx->plan->list_page_shift)")),
    *edits("publish.c", "publish_dests",
           ("without the tails", STORED, STORED.replace("lethe_range_size(stored)", "lethe_range_size(stored) - "
            "ctx->segments[i].mem_size + ctx->segments[i].file_size")),
           ("not the tail of what is in place", STORED, STORED.replace("lethe_range_size(stored)",
            "stored.start == ctx->placement.segment[i].dest ? lethe_range_size(stored) : 0"))),
    *edits("publish.c", "publish_tree",
           ("the tree and not its buffer", "ctx->placement.tree.end - ctx->placement.tree.start);",
            "fdt_totalsize((const void *)ctx->placement.tree.start));")),
    *edits("read_tree.c", "find_loader_tree",
           ("the header alone", "lethe_read_tree_probe(ctx->x0, size)", "lethe_read_tree_probe(ctx->x0, sizeof(struct fdt_header))")),
    *edits("read_memory.c", "open_table",
           ("the first descriptor", PROBED, PROBED.replace("lethe_range_size(table)", "ctx->facts.efi_desc_size"))),
    *edits("door/image.c", "find_plan",
           ("the plan's header", "ctx->plan_pa + plan->total_size);", "ctx->plan_pa + sizeof(struct lethe_plan));")),
    # In what order.
    *edits("memory_map.c", "lethe_memory_map_on",
           ("cleaned before the last store", ("\tctx->is_cached = true;\n\t" + MMU_ON,
            f"\tvoid {CLEAN}(uint64_t, uint64_t);\n"
            f"\t{CLEAN}((uint64_t)lethe_data_start, (uint64_t)lethe_blob_end);\n\tctx->is_cached = true;\n\t"
            + MMU_ON.replace("lethe_data_start", "pool").replace("lethe_own_end", "pool")))),
    *edits("entry.S", "lethe_entry_common",
           ("the IC before the clean", *before(IC, f"\tbl\t{CLEAN}\n"))),
    *edits("cpu/mmu.S", "lethe_mmu_off",
           ("cleaned before M is cleared", (f"\tbl\t{CLEAN}\n\tret\tx4\n", "\tret\tx4\n"),
            ("FUNC lethe_mmu_off\n\tmov\tx4, x30\n", f"FUNC lethe_mmu_off\n\tmov\tx4, x30\n\tbl\t{CLEAN}\n"))),
    *edits("move.c", "clean_segment",
           ("the destination before the source", SOURCE_LINE + BEFORE, BEFORE + SOURCE_LINE)),
    *edits("move.c", "move_one", ("cleaned behind the copy", (CLEANED, ""), (MOVED, CLEANED + MOVED))),
    *edits("describe.c", "fix_up", ("the buffer behind the first store", *behind(BUFFER, FIXED))),
    *edits("publish.c", "lethe_stage_publish",
           ("the tree before its last store", (PUBLISHED + "\t/* The hand-off", "\t/* The hand-off"), (WITH_RECORD, PUBLISHED + WITH_RECORD))),
    *edits("read_memory.c", "open_table",
           ("cleaned before it is mapped", (MAPPED, ""),
            (PROBED, PROBED.replace("return", "const bool is_there =") + MAPPED + "\treturn is_there;\n"))),
    # Fields of registers.
    *edits("cpu/mmu_regs.c", "lethe_mmu_regs",
           ("walks pass the inner caches", "TCR_IRGN0_WB | ", ""),
           ("walks pass the outer caches", "TCR_ORGN0_WB | ", ""),
           ("walks are not shareable", " | TCR_SH0_INNER", ""),
           ("walks from TTBR1", "TCR_EPD1 | ", ""),
           ("addresses of 47 bits", "TCR_T0SZ_48 | ", "17 | "),
           ("physical addresses of 32 bits", "(uint64_t)range << TCR_EL2_PS_SHIFT", "0U"),
           ("memory is write-through", "(0xffULL << (8", "(0xbbULL << (8"),
           ("memory is Non-cacheable", "(0xffULL << (8", "(0x44ULL << (8"),
           ("the console is cacheable", "(0x00ULL << (8", "(0xffULL << (8"),
           ("C = 0", "SCTLR_M | SCTLR_C | SCTLR_I", "SCTLR_M | SCTLR_I"),
           ("I = 0", "SCTLR_M | SCTLR_C | SCTLR_I", "SCTLR_M | SCTLR_C")),
    # Fields of descriptors.
    *edits("cpu/idmap.c", "attributes",
           ("memory is Non-shareable", "ACCESSED | SH_INNER | ATTR_INDEX", "ACCESSED | ATTR_INDEX"),
           ("memory is Outer Shareable", "ACCESSED | SH_INNER | ATTR_INDEX", "ACCESSED | 2 << 8 | ATTR_INDEX"),
           ("memory is Device", "SH_INNER | ATTR_INDEX(LETHE_ATTR_NORMAL)", "SH_INNER | ATTR_INDEX(LETHE_ATTR_DEVICE)"),
           ("the console is Normal", "ACCESSED | ATTR_INDEX(LETHE_ATTR_DEVICE)", "ACCESSED | ATTR_INDEX(LETHE_ATTR_NORMAL)"),
           ("AF = 0", "\t\tvalue = ACCESSED | SH_INNER", "\t\tvalue = SH_INNER"),
           ("text and constants are writable", "\t\tvalue |= AP_READ_ONLY;", "\t\tvalue |= 0;"),
           ("AP[1] = 0 at EL2", "\t\tvalue |= AP_EL0;\n", ""),
           ("all is executable at EL2", "kind == LETHE_MAP_TEXT ? value : value | UXN", "value"),
           ("all is executable at EL1", "kind == LETHE_MAP_TEXT ? value : value | PXN", "value"),
           ("text is not executable", "kind == LETHE_MAP_TEXT ? value : value | UXN", "value | UXN")),
]


BUDGET = "? 80K : 64K;"


class Copy:
    """A copy of the source and of the blob's objects, in which edits are built."""

    def __init__(self, folder, top, build):
        self.top, self.made = os.path.join(folder, "edited"), os.path.join(folder, "edited", "build")
        leave = {".git", os.path.basename(build)}
        shutil.copytree(top, self.top, ignore=lambda at, names: leave & set(names) if at == top else ())
        for name in filter(lambda name: os.path.exists(os.path.join(build, name)), MADE):
            source, copy = os.path.join(build, name), os.path.join(self.made, name)
            if os.path.isdir(source):
                shutil.copytree(source, copy)
            else:
                os.makedirs(self.made, exist_ok=True)
                shutil.copy2(source, copy)
        # An edit may be larger than what it replaces: the budget is not what it is held against.
        linker = os.path.join(self.top, "linker.ld")
        with open(linker, encoding="utf-8") as file:
            text = file.read()
        assert BUDGET in text
        with open(linker, "w", encoding="utf-8") as file:
            file.write(text.replace(BUDGET, "? 88K : 72K;"))
        self.image = self.make()

    def make(self):
        """The blob."""
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("O", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
        subprocess.run(["make", "-s", "-C", self.top, "O=build", "DEPS=no", "build/lethe.img"], check=True,
                       stdout=subprocess.DEVNULL, env=environment)
        with open(os.path.join(self.made, "lethe.img"), "rb") as file:
            return file.read()

    def patches(self, edit):
        """((address, word), ..): what the edit changes in the blob."""
        path = os.path.join(self.top, "src", edit.file)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        with open(path, "w", encoding="utf-8") as file:
            file.write(edited(text, edit))
        try:
            image = self.make()
        finally:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        if len(image) != len(self.image):
            raise SystemExit(f"mutants: {edit.file}: {edit.name}: the blob has another size")
        words = zip(struct.iter_unpack("<I", self.image), struct.iter_unpack("<I", image))
        return tuple((4 * i, new) for i, ((old,), (new,)) in enumerate(words) if old != new)


def edited(text, edit):
    for old, new in edit.changes:
        if text.count(old) != 1:
            raise SystemExit(f"mutants: {edit.file}: {edit.name}: stands there {text.count(old)} times: {old}")
        text = text.replace(old, new)
    return text
