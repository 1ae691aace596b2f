/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe_plan_check(): a table of small changes to a valid plan, each with the status, the array,
 * the index and the name that must come out; then what no table can list: every flipped bit, every
 * truncation.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/plan.h>

#include "plan_builder.h"

enum part {
	PART_END, /* a zeroed entry ends the list */
	PART_HEADER,
	PART_SLOT,
	PART_SEGMENT,
	PART_WINDOW,
	PART_STRING,
};

struct poke {
	enum part part;
	unsigned int index;
	size_t offset;
	size_t size;
	uint64_t value;
};

#define FIELD(type, field) offsetof(struct type, field), sizeof(((struct type *)0)->field)
#define HEADER(field, value)                                                                       \
	{                                                                                          \
		PART_HEADER, 0, FIELD(lethe_plan, field), value                                    \
	}
#define SLOT(i, field, value)                                                                      \
	{                                                                                          \
		PART_SLOT, i, FIELD(lethe_slot, field), value                                      \
	}
#define SEGMENT(i, field, value)                                                                   \
	{                                                                                          \
		PART_SEGMENT, i, FIELD(lethe_segment, field), value                                \
	}
#define WINDOW(i, field, value)                                                                    \
	{                                                                                          \
		PART_WINDOW, i, FIELD(lethe_window, field), value                                  \
	}
#define STRING(i, value)                                                                           \
	{                                                                                          \
		PART_STRING, 0, i, 1, value                                                        \
	}
#define SLOT_NAME(i, at, value)                                                                    \
	{                                                                                          \
		PART_SLOT, i, at, 1, value                                                         \
	}
#define SEGMENT_NAME(i, at, value)                                                                 \
	{                                                                                          \
		PART_SEGMENT, i, at, 1, value                                                      \
	}

/* A list is on: what the rows that need one add to the example. */
#define WITH_LIST HEADER(list_head, 0x80001002), HEADER(list_page_shift, 12)

#define MAX64  UINT64_MAX
#define PACKED (LETHE_SEGMENT_SOURCE_OFFSET | LETHE_SEGMENT_IN_PLACE)
#define NS16550(base, shift, width)                                                                \
	HEADER(console_kind, LETHE_CONSOLE_NS16550), HEADER(console_base, base),                   \
		HEADER(console_reg_shift, shift), HEADER(console_reg_width, width)
#define PL011(base)                                                                                \
	HEADER(console_kind, LETHE_CONSOLE_PL011), HEADER(console_base, base),                     \
		HEADER(console_reg_shift, 0), HEADER(console_reg_width, 0)
#define NO_UART(kind)                                                                              \
	HEADER(console_kind, kind), HEADER(console_base, 0), HEADER(console_reg_shift, 0),         \
		HEADER(console_reg_width, 0)

struct row {
	const char *label;
	struct poke pokes[8];
	int status;
	enum lethe_what what;
	unsigned int index;
	const char *name;
};

#define PLAN_ROW(status)             status, LETHE_WHAT_NONE, 0, NULL
#define SLOT_ROW(status, i, name)    status, LETHE_WHAT_SLOT, i, name
#define SEGMENT_ROW(status, i, name) status, LETHE_WHAT_SEGMENT, i, name
#define WINDOW_ROW(i)                LETHE_E_WINDOW, LETHE_WHAT_WINDOW, i, NULL
#define FINE                         LETHE_OK, LETHE_WHAT_NONE, 0, NULL

/* Pokes change the parts before they are laid out, so counts may change, and the plan is sealed
 * after. */
/* clang-format off */
static const struct row rows[] = {
	{"the example", {{0}}, FINE},

	/* frame */
	{"magic", {HEADER(magic, LETHE_PLAN_MAGIC + 1)}, PLAN_ROW(LETHE_E_PLAN_MAGIC)},
	{"version 0", {HEADER(version, 0)}, PLAN_ROW(LETHE_E_PLAN_VERSION)},
	{"version 2", {HEADER(version, 2)}, PLAN_ROW(LETHE_E_PLAN_VERSION)},
	{"no slot", {HEADER(slot_count, 0)}, PLAN_ROW(LETHE_E_PLAN_COUNT)},
	{"no segment", {HEADER(segment_count, 0)}, PLAN_ROW(LETHE_E_PLAN_COUNT)},

	/* header */
	{"flag 2", {HEADER(flags, 7)}, PLAN_ROW(LETHE_E_PLAN_FLAGS)},
	{"flag 31", {HEADER(flags, 0x80000002)}, PLAN_ROW(LETHE_E_PLAN_FLAGS)},
	{"rehearsal", {HEADER(flags, 3)}, FINE},
	{"on_fail 4", {HEADER(on_fail, 4)}, PLAN_ROW(LETHE_E_PLAN_POLICY)},
	{"on_fail 3", {HEADER(on_fail, 3)}, FINE},
	{"el 2", {HEADER(el, 2)}, PLAN_ROW(LETHE_E_PLAN_EL)},
	{"el 1", {HEADER(el, 1)}, FINE},
	{"hyp_stub 3", {HEADER(hyp_stub, 3)}, PLAN_ROW(LETHE_E_PLAN_STUB)},
	{"hyp_stub 2", {HEADER(hyp_stub, 2)}, FINE},
	{"psci 4", {HEADER(psci, 4)}, PLAN_ROW(LETHE_E_PLAN_CONDUIT)},
	{"psci 3", {HEADER(psci, 3)}, FINE},
	{"mode 2", {HEADER(mode, 2)}, PLAN_ROW(LETHE_E_PLAN_MODE)},
	{"mode 1", {HEADER(mode, 1)}, FINE},
	{"reserved0", {HEADER(reserved0, 1)}, PLAN_ROW(LETHE_E_PLAN_RESERVED)},
	{"reserved1", {HEADER(reserved1, 0x80000000)}, PLAN_ROW(LETHE_E_PLAN_RESERVED)},
	{"reserved2[0]", {{PART_HEADER, 0, 152, 8, 1}}, PLAN_ROW(LETHE_E_PLAN_RESERVED)},
	{"reserved2[4]", {{PART_HEADER, 0, 184, 8, 1ULL << 63}}, PLAN_ROW(LETHE_E_PLAN_RESERVED)},

	/* console */
	{"console 5", {HEADER(console_kind, 5)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"console 5 without a UART", {NO_UART(5)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"no console", {NO_UART(LETHE_CONSOLE_NONE)}, FINE},
	{"stdout", {NO_UART(LETHE_CONSOLE_STDOUT)}, FINE},
	{"auto", {NO_UART(LETHE_CONSOLE_AUTO)}, FINE},
	{"base without a UART", {NO_UART(LETHE_CONSOLE_AUTO), HEADER(console_base, 0x9000000)},
	 PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"shift without a UART", {NO_UART(LETHE_CONSOLE_AUTO), HEADER(console_reg_shift, 2)},
	 PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"width without a UART", {NO_UART(LETHE_CONSOLE_AUTO), HEADER(console_reg_width, 4)},
	 PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"pl011", {PL011(0x9000000)}, FINE},
	{"pl011 at 0", {PL011(0)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"pl011 misaligned", {PL011(0x9000002)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"pl011 with a shift", {PL011(0x9000000), HEADER(console_reg_shift, 2)},
	 PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"pl011 with a width", {PL011(0x9000000), HEADER(console_reg_width, 4)},
	 PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"pl011 wraps", {PL011(0xfffffffffffff004)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"16550 bytes", {NS16550(0x3f8, 0, 1)}, FINE},
	{"16550 byte of a word", {NS16550(0x3f9, 2, 1)}, FINE},
	{"16550 at 0", {NS16550(0, 0, 1)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"16550 width 0", {NS16550(0x3f8, 2, 0)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"16550 width 3", {NS16550(0x3f8, 2, 3)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"16550 width 8", {NS16550(0x3f8, 3, 8)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"16550 shift 3", {NS16550(0x3f8, 3, 4)}, FINE},
	{"16550 shift 4", {NS16550(0x3f8, 4, 1)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"16550 shift 32", {NS16550(0x3f8, 32, 1)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"16550 wider than its distance", {NS16550(0x3f8, 1, 4)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"16550 misaligned", {NS16550(0x3fa, 2, 4)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},

	/* workspace */
	{"workspace misaligned", {HEADER(workspace_base, 0x800)}, PLAN_ROW(LETHE_E_PLAN_WORKSPACE)},
	{"workspace size 0", {HEADER(workspace_size, 0)}, PLAN_ROW(LETHE_E_PLAN_WORKSPACE)},
	{"workspace size odd", {HEADER(workspace_size, 0x1800)}, PLAN_ROW(LETHE_E_PLAN_WORKSPACE)},
	{"workspace fills the extent",
	 {HEADER(workspace_base, 0x9ff000), HEADER(workspace_size, 0x1000)}, FINE},
	{"workspace beyond the extent",
	 {HEADER(workspace_base, 0x9ff000), HEADER(workspace_size, 0x2000)},
	 PLAN_ROW(LETHE_E_PLAN_WORKSPACE)},
	{"workspace wraps",
	 {HEADER(flags, 0), HEADER(workspace_base, 0xfffffffffffff000), HEADER(workspace_size, 0x1000)},
	 PLAN_ROW(LETHE_E_PLAN_WORKSPACE)},
	{"workspace at the top",
	 {HEADER(flags, 0), HEADER(workspace_base, 0xffffffffffffe000), HEADER(workspace_size, 0x1000)},
	 FINE},

	/* list */
	{"list of 4 KiB", {WITH_LIST}, FINE},
	{"list of 16 KiB", {HEADER(list_head, 0x80004002), HEADER(list_page_shift, 14)}, FINE},
	{"list of 64 KiB", {HEADER(list_head, 0x80010002), HEADER(list_page_shift, 16)}, FINE},
	{"empty list", {HEADER(list_head, 4), HEADER(list_page_shift, 12)}, FINE},
	{"page size without a list", {HEADER(list_page_shift, 12)}, PLAN_ROW(LETHE_E_PLAN_LIST)},
	{"list without a page size", {HEADER(list_head, 0x80001002)}, PLAN_ROW(LETHE_E_PLAN_LIST)},
	{"list of 8 KiB", {HEADER(list_head, 0x80002002), HEADER(list_page_shift, 13)},
	 PLAN_ROW(LETHE_E_PLAN_LIST)},
	{"list head inside its page", {HEADER(list_head, 0x80001002), HEADER(list_page_shift, 14)},
	 PLAN_ROW(LETHE_E_PLAN_LIST)},
	{"list head without a flag", {HEADER(list_head, 0x80001000), HEADER(list_page_shift, 12)},
	 PLAN_ROW(LETHE_E_PLAN_LIST)},
	{"list head is a source", {HEADER(list_head, 0x80001008), HEADER(list_page_shift, 12)},
	 PLAN_ROW(LETHE_E_PLAN_LIST)},
	{"list head has two flags", {HEADER(list_head, 0x80001003), HEADER(list_page_shift, 12)},
	 PLAN_ROW(LETHE_E_PLAN_LIST)},
	{"list at 0", {HEADER(list_head, 2), HEADER(list_page_shift, 12)},
	 PLAN_ROW(LETHE_E_PLAN_LIST)},
	{"list ends with an address", {HEADER(list_head, 0x80001004), HEADER(list_page_shift, 12)},
	 PLAN_ROW(LETHE_E_PLAN_LIST)},

	/* windows */
	{"no windows", {HEADER(window_count, 0)}, FINE},
	{"windows touch", {WINDOW(0, size, 0x10000000)}, FINE},
	{"windows overlap", {WINDOW(0, size, 0x10001000)}, WINDOW_ROW(1)},
	{"windows descend", {WINDOW(0, base, 0xa0000000)}, WINDOW_ROW(1)},
	{"window empty", {WINDOW(1, size, 0)}, WINDOW_ROW(1)},
	{"window base odd", {WINDOW(0, base, 0x80000800)}, WINDOW_ROW(0)},
	{"window size odd", {WINDOW(1, size, 0x1ffff)}, WINDOW_ROW(1)},
	{"window wraps", {WINDOW(1, base, 0xfffffffffffff000), WINDOW(1, size, 0x1000)}, WINDOW_ROW(1)},
	{"window at the top", {WINDOW(1, base, 0xffffffffffffe000), WINDOW(1, size, 0x1000)}, FINE},

	/* segments */
	{"segment name empty", {SEGMENT_NAME(1, 0, 0)},
	 LETHE_E_PLAN_NAME, LETHE_WHAT_SEGMENT, 1, NULL},
	{"segment name unprintable", {SEGMENT_NAME(2, 3, 0x7f)},
	 LETHE_E_PLAN_NAME, LETHE_WHAT_SEGMENT, 2, NULL},
	{"segment name not ASCII", {SEGMENT_NAME(2, 3, 0xe4)},
	 LETHE_E_PLAN_NAME, LETHE_WHAT_SEGMENT, 2, NULL},
	{"segment name with a tail", {SEGMENT_NAME(3, 15, 'x')},
	 LETHE_E_PLAN_NAME, LETHE_WHAT_SEGMENT, 3, NULL},
	{"segment name unterminated",
	 {{PART_SEGMENT, 0, 0, 8, 0x6161616161616161}, {PART_SEGMENT, 0, 8, 8, 0x6161616161616161}},
	 LETHE_E_PLAN_NAME, LETHE_WHAT_SEGMENT, 0, NULL},
	{"segment name of 15",
	 {{PART_SEGMENT, 0, 0, 8, 0x6161616161616161}, {PART_SEGMENT, 0, 8, 8, 0x7e2061616161}}, FINE},
	{"segment flag 4", {SEGMENT(0, flags, PACKED | 0x10)},
	 SEGMENT_ROW(LETHE_E_PLAN_FLAGS, 0, "dtb")},
	{"segment reserved0", {SEGMENT(1, reserved0, 1)},
	 SEGMENT_ROW(LETHE_E_PLAN_RESERVED, 1, "initrd")},
	{"segment reserved1", {SEGMENT(3, reserved1, 1)},
	 SEGMENT_ROW(LETHE_E_PLAN_RESERVED, 3, "raw")},
	{"in place with a destination", {SEGMENT(1, dest, 0x80000000)},
	 SEGMENT_ROW(LETHE_E_PLAN_RESERVED, 1, "initrd")},
	{"from a list",
	 {WITH_LIST, SEGMENT(3, flags, LETHE_SEGMENT_SOURCE_LIST), SEGMENT(3, source, 0)}, FINE},
	{"from no list", {SEGMENT(3, flags, LETHE_SEGMENT_SOURCE_LIST), SEGMENT(3, source, 0)},
	 SEGMENT_ROW(LETHE_E_PLAN_LIST, 3, "raw")},
	{"from a list, with a source", {WITH_LIST, SEGMENT(3, flags, LETHE_SEGMENT_SOURCE_LIST)},
	 SEGMENT_ROW(LETHE_E_PLAN_LIST, 3, "raw")},
	{"from a list, in place",
	 {WITH_LIST, SEGMENT(3, flags, LETHE_SEGMENT_SOURCE_LIST | LETHE_SEGMENT_IN_PLACE),
	  SEGMENT(3, source, 0), SEGMENT(3, dest, 0)},
	 SEGMENT_ROW(LETHE_E_PLAN_LIST, 3, "raw")},
	{"from a list, at an offset",
	 {WITH_LIST, SEGMENT(3, flags, LETHE_SEGMENT_SOURCE_LIST | LETHE_SEGMENT_SOURCE_OFFSET),
	  SEGMENT(3, source, 0)},
	 SEGMENT_ROW(LETHE_E_PLAN_LIST, 3, "raw")},
	{"align of a moved one", {SEGMENT(3, align, 0x1000)},
	 SEGMENT_ROW(LETHE_E_SEGMENT_ALIGN, 3, "raw")},
	{"align 2 KiB", {SEGMENT(2, align, 0x800)}, SEGMENT_ROW(LETHE_E_SEGMENT_ALIGN, 2, "kernel")},
	{"align 4 KiB", {SEGMENT(2, align, 0x1000)}, FINE},
	{"align 12 KiB", {SEGMENT(2, align, 0x3000)}, SEGMENT_ROW(LETHE_E_SEGMENT_ALIGN, 2, "kernel")},
	{"align 2^63", {SEGMENT(2, align, 1ULL << 63)}, FINE},
	{"align_offset below align", {SEGMENT(2, align_offset, 0x1ffffc)}, FINE},
	{"align_offset at align", {SEGMENT(2, align_offset, 0x200000)},
	 SEGMENT_ROW(LETHE_E_SEGMENT_ALIGN, 2, "kernel")},
	{"align_offset without align", {SEGMENT(1, align_offset, 1)},
	 SEGMENT_ROW(LETHE_E_SEGMENT_ALIGN, 1, "initrd")},
	{"memory below file", {SEGMENT(1, mem_size, 0x12344)},
	 SEGMENT_ROW(LETHE_E_SEGMENT_SIZE, 1, "initrd")},
	{"no file", {SEGMENT(1, file_size, 0)}, FINE},
	{"nothing at all", {SEGMENT(1, file_size, 0), SEGMENT(1, mem_size, 0)}, FINE},
	{"source wraps",
	 {SEGMENT(3, flags, 0), SEGMENT(3, source, MAX64 - 0x2002), SEGMENT(3, file_size, 0x2003)},
	 SEGMENT_ROW(LETHE_E_SEGMENT_WRAP, 3, "raw")},
	{"source at the top",
	 {SEGMENT(3, flags, 0), SEGMENT(3, source, MAX64 - 0x2003), SEGMENT(3, file_size, 0x2003)},
	 FINE},
	{"offset wraps", {SEGMENT(3, source, MAX64 - 0x2002), SEGMENT(3, file_size, 0x2003)},
	 SEGMENT_ROW(LETHE_E_SEGMENT_WRAP, 3, "raw")},
	{"destination wraps", {SEGMENT(3, dest, 0xfffffffffffff000)},
	 SEGMENT_ROW(LETHE_E_SEGMENT_WRAP, 3, "raw")},
	{"destination at the top", {SEGMENT(3, dest, 0xfffffffffffffffcULL - 0x3000)}, FINE},
	{"bss in place wraps",
	 {SEGMENT(1, flags, LETHE_SEGMENT_IN_PLACE), SEGMENT(1, source, 1ULL << 63),
	  SEGMENT(1, mem_size, 1ULL << 63)},
	 SEGMENT_ROW(LETHE_E_SEGMENT_WRAP, 1, "initrd")},
	{"source ends with the extent", {SEGMENT(1, source, EXAMPLE_EXTENT - 0x12345)}, FINE},
	{"source leaves the extent", {SEGMENT(1, source, EXAMPLE_EXTENT - 0x12344)},
	 SEGMENT_ROW(LETHE_E_SEGMENT_SOURCE, 1, "initrd")},
	{"offsets without an extent",
	 {HEADER(flags, 0), HEADER(extent_size, 0)}, SEGMENT_ROW(LETHE_E_SEGMENT_SOURCE, 0, "dtb")},

	/* slots */
	{"slot name empty", {SLOT_NAME(1, 0, 0)}, LETHE_E_PLAN_NAME, LETHE_WHAT_SLOT, 1, NULL},
	{"slot name with a tail", {SLOT_NAME(0, 9, 'x')}, LETHE_E_PLAN_NAME, LETHE_WHAT_SLOT, 0, NULL},
	{"slot flag 3", {SLOT(1, flags, 0xa)}, SLOT_ROW(LETHE_E_PLAN_FLAGS, 1, "rescue")},
	{"slot reserved[0]", {{PART_SLOT, 0, 104, 8, 1}}, SLOT_ROW(LETHE_E_PLAN_RESERVED, 0, "main")},
	{"slot reserved[2]", {{PART_SLOT, 1, 120, 8, 1}}, SLOT_ROW(LETHE_E_PLAN_RESERVED, 1, "rescue")},
	{"gap between slots", {SLOT(1, first_segment, 4)}, SLOT_ROW(LETHE_E_PLAN_SLOT, 1, "rescue")},
	{"slots share a segment", {SLOT(1, first_segment, 2), SLOT(1, segment_count, 2)},
	 SLOT_ROW(LETHE_E_PLAN_SLOT, 1, "rescue")},
	{"slot 0 starts late", {SLOT(0, first_segment, 1)}, SLOT_ROW(LETHE_E_PLAN_SLOT, 0, "main")},
	{"slot too long", {SLOT(1, segment_count, 2)}, SLOT_ROW(LETHE_E_PLAN_SLOT, 1, "rescue")},
	{"slot too long comes before its entry", {SLOT(1, segment_count, 2), SLOT(1, entry_segment, 9)},
	 SLOT_ROW(LETHE_E_PLAN_SLOT, 1, "rescue")},
	{"slot count wraps", {SLOT(1, segment_count, 0xffffffff)},
	 SLOT_ROW(LETHE_E_PLAN_SLOT, 1, "rescue")},
	{"slot empty", {SLOT(1, segment_count, 0)}, SLOT_ROW(LETHE_E_PLAN_SLOT, 1, "rescue")},
	{"segment without a slot", {HEADER(slot_count, 1), HEADER(strings_size, 30)},
	 SLOT_ROW(LETHE_E_PLAN_SLOT, 0, "main")},
	{"slot empty with a list",
	 {WITH_LIST, SLOT(0, segment_count, 4), SLOT(1, first_segment, 4), SLOT(1, segment_count, 0),
	  SLOT(1, entry_segment, LETHE_INDEX_NONE)}, FINE},

	/* entry */
	{"entry at a PA", {SLOT(1, entry_segment, LETHE_INDEX_NONE), SLOT(1, entry, 0x90000000)}, FINE},
	{"entry at an odd PA", {SLOT(1, entry_segment, LETHE_INDEX_NONE), SLOT(1, entry, 0x90000002)},
	 SLOT_ROW(LETHE_E_PLAN_ENTRY, 1, "rescue")},
	{"entry in another slot", {SLOT(1, entry_segment, 2)}, SLOT_ROW(LETHE_E_PLAN_ENTRY, 1, "rescue")},
	{"entry in a later slot", {SLOT(0, entry_segment, 3)}, SLOT_ROW(LETHE_E_PLAN_ENTRY, 0, "main")},
	{"entry in no segment", {SLOT(0, entry_segment, 64)}, SLOT_ROW(LETHE_E_PLAN_ENTRY, 0, "main")},
	{"entry is the last instruction", {SLOT(0, entry, 0x17fffc)}, FINE},
	{"entry behind the file", {SLOT(0, entry, 0x180000)}, SLOT_ROW(LETHE_E_PLAN_ENTRY, 0, "main")},
	{"entry is half in the file", {SLOT(1, entry, 0x2000)}, SLOT_ROW(LETHE_E_PLAN_ENTRY, 1, "rescue")},
	{"entry in an empty file", {SEGMENT(3, file_size, 0)}, SLOT_ROW(LETHE_E_PLAN_ENTRY, 1, "rescue")},
	{"entry in 3 bytes", {SEGMENT(3, file_size, 3)}, SLOT_ROW(LETHE_E_PLAN_ENTRY, 1, "rescue")},
	{"entry in 4 bytes", {SEGMENT(3, file_size, 4)}, FINE},
	{"entry odd", {SLOT(0, entry, 0x42)}, SLOT_ROW(LETHE_E_PLAN_ENTRY, 0, "main")},
	{"entry odd by its destination", {SEGMENT(3, dest, EXAMPLE_RAW_DEST + 2)},
	 SLOT_ROW(LETHE_E_PLAN_ENTRY, 1, "rescue")},
	{"entry even by its destination", {SEGMENT(3, dest, EXAMPLE_RAW_DEST + 2), SLOT(1, entry, 2)}, FINE},
	{"entry even by an odd destination", {SEGMENT(3, dest, EXAMPLE_RAW_DEST + 1), SLOT(1, entry, 3)}, FINE},
	{"entry odd by its alignment", {SEGMENT(2, align_offset, 2)},
	 SLOT_ROW(LETHE_E_PLAN_ENTRY, 0, "main")},
	{"entry odd by its place", {SEGMENT(2, align, 0), SEGMENT(2, source, EXAMPLE_KERNEL + 1)},
	 SLOT_ROW(LETHE_E_PLAN_ENTRY, 0, "main")},
	{"entry even by its alignment", {SEGMENT(2, source, EXAMPLE_KERNEL + 1)}, FINE},

	/* tree */
	{"no tree", {SLOT(1, tree_size, 0), SLOT(1, tree_base, 0), SLOT(1, flags, 0),
		     {PART_SLOT, 1, 40, 8, 0x1234}}, FINE},
	{"x0 with a tree", {{PART_SLOT, 1, 40, 8, 1}}, SLOT_ROW(LETHE_E_PLAN_TREE, 1, "rescue")},
	{"x1 to x3 with a tree", {{PART_SLOT, 1, 48, 8, 1}, {PART_SLOT, 1, 64, 8, MAX64}}, FINE},
	{"tree base without a size", {SLOT(1, tree_size, 0), SLOT(1, flags, 0)},
	 SLOT_ROW(LETHE_E_PLAN_TREE, 1, "rescue")},
	{"tree flag without a size", {SLOT(1, tree_size, 0), SLOT(1, tree_base, 0)},
	 SLOT_ROW(LETHE_E_PLAN_TREE, 1, "rescue")},
	{"tree segment without a size",
	 {SLOT(0, tree_size, 0), SLOT(0, tree_base, 0), SLOT(0, flags, 0)},
	 SLOT_ROW(LETHE_E_PLAN_TREE, 0, "main")},
	{"tree above 2 MiB", {SLOT(1, tree_size, 0x200001)}, SLOT_ROW(LETHE_E_PLAN_TREE, 1, "rescue")},
	{"tree of 2 MiB", {SLOT(1, tree_size, 0x200000)}, FINE},
	{"tree at 0", {SLOT(1, tree_base, 0)}, SLOT_ROW(LETHE_E_PLAN_TREE, 1, "rescue")},
	{"tree at 4", {SLOT(1, tree_base, 0x90000004)}, SLOT_ROW(LETHE_E_PLAN_TREE, 1, "rescue")},
	{"tree offset at 4", {SLOT(0, tree_base, 4)}, SLOT_ROW(LETHE_E_PLAN_TREE, 0, "main")},
	{"tree wraps", {SLOT(1, tree_base, 0xffffffffffff0000)}, SLOT_ROW(LETHE_E_PLAN_TREE, 1, "rescue")},
	{"tree ends with the extent", {SLOT(0, tree_base, EXAMPLE_EXTENT - LETHE_TREE_MAX)}, FINE},
	{"tree leaves the extent", {SLOT(0, tree_base, EXAMPLE_EXTENT - LETHE_TREE_MAX + 8)},
	 SLOT_ROW(LETHE_E_PLAN_TREE, 0, "main")},
	{"forced tree without one", {SLOT(0, tree_segment, LETHE_INDEX_NONE)},
	 SLOT_ROW(LETHE_E_PLAN_TREE, 0, "main")},
	{"unforced tree without one",
	 {SLOT(0, tree_segment, LETHE_INDEX_NONE), SLOT(0, flags, LETHE_SLOT_TREE_OFFSET)}, FINE},
	{"tree of another slot", {SLOT(1, tree_segment, 0)}, SLOT_ROW(LETHE_E_PLAN_TREE, 1, "rescue")},
	{"tree is the kernel", {SLOT(0, tree_segment, 2)}, SLOT_ROW(LETHE_E_PLAN_TREE, 0, "main")},
	{"tree moves", {SEGMENT(0, flags, LETHE_SEGMENT_SOURCE_OFFSET), SEGMENT(0, dest, 0x90000000)},
	 SLOT_ROW(LETHE_E_PLAN_TREE, 0, "main")},
	{"tree slides", {SEGMENT(0, align, 0x1000)}, SLOT_ROW(LETHE_E_PLAN_TREE, 0, "main")},
	{"tree source at 4", {SEGMENT(0, source, EXAMPLE_TREE + 4)},
	 SLOT_ROW(LETHE_E_PLAN_TREE, 0, "main")},
	{"packed tree above 2 MiB", {SEGMENT(0, mem_size, 0x200001)},
	 SLOT_ROW(LETHE_E_PLAN_TREE, 0, "main")},
	{"packed tree of 2 MiB", {SEGMENT(0, mem_size, 0x200000)}, FINE},
	{"packed tree fits exactly", {SLOT(0, tree_size, 0x1234)}, FINE},
	{"packed tree above its slot", {SLOT(0, tree_size, 0x1233)},
	 SLOT_ROW(LETHE_E_PLAN_TREE, 0, "main")},

	/* initrd */
	{"no initrd", {SLOT(0, initrd_segment, LETHE_INDEX_NONE)}, FINE},
	{"initrd of another slot", {SLOT(0, initrd_segment, 3)}, SLOT_ROW(LETHE_E_PLAN_INITRD, 0, "main")},
	{"initrd of an earlier slot", {SLOT(1, initrd_segment, 1)},
	 SLOT_ROW(LETHE_E_PLAN_INITRD, 1, "rescue")},
	{"initrd is the tree", {SLOT(0, initrd_segment, 0)}, SLOT_ROW(LETHE_E_PLAN_INITRD, 0, "main")},
	{"initrd is the kernel", {SLOT(0, initrd_segment, 2)}, SLOT_ROW(LETHE_E_PLAN_INITRD, 0, "main")},

	/* strings: "console=ttyAMA0\troot=/dev/vda", 30 with its zero, then "single", 7; 3 of padding */
	{"no command line",
	 {SLOT(0, cmdline_size, 0), SLOT(1, cmdline_offset, 0), SLOT(1, cmdline_size, 0),
	  HEADER(strings_size, 0)}, FINE},
	{"offset of no command line", {SLOT(1, cmdline_size, 0)}, SLOT_ROW(LETHE_E_PLAN_STRING, 1, "rescue")},
	{"empty command line",
	 {SLOT(1, cmdline_size, 1), HEADER(strings_size, 31), STRING(30, 0), STRING(31, 0)}, FINE},
	{"command lines overlap", {SLOT(1, cmdline_offset, 29), SLOT(1, cmdline_size, 8)},
	 SLOT_ROW(LETHE_E_PLAN_STRING, 1, "rescue")},
	{"command line elsewhere", {SLOT(1, cmdline_offset, 0)},
	 SLOT_ROW(LETHE_E_PLAN_STRING, 1, "rescue")},
	{"command lines leave a gap", {SLOT(1, cmdline_offset, 31), SLOT(1, cmdline_size, 6)},
	 SLOT_ROW(LETHE_E_PLAN_STRING, 1, "rescue")},
	{"first command line starts late", {SLOT(0, cmdline_offset, 1), SLOT(0, cmdline_size, 29)},
	 SLOT_ROW(LETHE_E_PLAN_STRING, 0, "main")},
	{"command line too long", {SLOT(1, cmdline_size, 8)}, SLOT_ROW(LETHE_E_PLAN_STRING, 1, "rescue")},
	{"command line ends in the padding", {SLOT(1, cmdline_size, 8), STRING(36, 'x')},
	 SLOT_ROW(LETHE_E_PLAN_STRING, 1, "rescue")},
	{"command line much too long", {SLOT(1, cmdline_size, 0xffffffff)},
	 SLOT_ROW(LETHE_E_PLAN_STRING, 1, "rescue")},
	{"strings left over", {SLOT(1, cmdline_offset, 0), SLOT(1, cmdline_size, 0)},
	 PLAN_ROW(LETHE_E_PLAN_STRING)},
	{"command line unterminated", {STRING(36, 'x')}, SLOT_ROW(LETHE_E_PLAN_STRING, 1, "rescue")},
	{"command line ends early", {STRING(33, 0)}, SLOT_ROW(LETHE_E_PLAN_STRING, 1, "rescue")},
	{"two zeros", {STRING(28, 0)}, SLOT_ROW(LETHE_E_PLAN_STRING, 0, "main")},
	{"newline", {STRING(3, '\n')}, SLOT_ROW(LETHE_E_PLAN_STRING, 0, "main")},
	{"delete", {STRING(3, 0x7f)}, SLOT_ROW(LETHE_E_PLAN_STRING, 0, "main")},
	{"not ASCII", {STRING(3, 0xc3)}, SLOT_ROW(LETHE_E_PLAN_STRING, 0, "main")},
	{"first byte of padding", {STRING(37, 1)}, PLAN_ROW(LETHE_E_PLAN_RESERVED)},
	{"last byte of padding", {STRING(39, 1)}, PLAN_ROW(LETHE_E_PLAN_RESERVED)},
};
/* clang-format on */

static void poke(struct plan_builder *builder, const struct poke *change)
{
	uint8_t *base[] = {
		[PART_HEADER] = (uint8_t *)&builder->header,
		[PART_SLOT] = (uint8_t *)(builder->slots + change->index),
		[PART_SEGMENT] = (uint8_t *)(builder->segments + change->index),
		[PART_WINDOW] = (uint8_t *)(builder->windows + change->index),
		[PART_STRING] = (uint8_t *)builder->strings,
	};

	memcpy(base[change->part] + change->offset, &change->value, change->size);
}

/* The statuses that one plan can have; poisoned so that a field left unwritten shows. */
static void assert_check(const char *label, const void *bytes, uint64_t limit, int status,
			 enum lethe_what what, unsigned int index, const char *name)
{
	struct lethe_where where;
	int got;

	memset(&where, 0xa5, sizeof(where));
	got = lethe_plan_check(bytes, limit, &where);
	if (got != status) {
		fail_msg("%s: %s instead of %s", label, lethe_status_name(got),
			 lethe_status_name(status));
	}
	assert_int_equal(lethe_plan_check(bytes, limit, NULL), status);
	if (status == LETHE_OK) {
		assert_int_equal(where.index, 0xa5a5a5a5);
		return;
	}
	if (where.what != what || where.index != index) {
		fail_msg("%s: %s %u instead of %s %u", label, lethe_what_text(where.what),
			 where.index, lethe_what_text(what), index);
	}
	if (name == NULL) {
		assert_null(where.name);
	} else {
		assert_non_null(where.name);
		assert_string_equal(where.name, name);
	}
}

static void test_table(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		uint32_t size;

		plan_builder_example(&builder);
		for (const struct poke *change = row->pokes; change->part != PART_END; change++) {
			poke(&builder, change);
		}
		size = plan_builder_seal(&builder, &image);
		assert_check(row->label, &image, size, row->status, row->what, row->index,
			     row->name);
	}
}

/* The number at fault is reported, too: one from each kind of check. */
static void test_value(void **state)
{
	static const struct {
		struct poke pokes[3];
		uint64_t value;
	} values[] = {
		{{HEADER(version, 7)}, 7},
		{{HEADER(flags, 0x10)}, 0x10},
		{{HEADER(psci, 9)}, 9},
		{{HEADER(console_kind, LETHE_CONSOLE_AUTO), HEADER(console_reg_shift, 0)}, 4},
		{{HEADER(console_kind, LETHE_CONSOLE_AUTO), HEADER(console_reg_shift, 3)}, 3},
		{{HEADER(workspace_base, 0x9ff000), HEADER(workspace_size, 0x2000)}, 0xa01000},
		{{WINDOW(1, base, 0x1000)}, 0x1000},
		{{SEGMENT(1, mem_size, 0x12344)}, 0x12344},
		{{SEGMENT(2, align, 0x3000)}, 0x3000},
		{{SLOT(0, entry, 0x180004)}, 0x180004},
		{{SLOT(1, tree_base, 12)}, 12},
		{{STRING(33, '\n')}, 33},
	};
	static struct plan_builder builder;
	static struct plan_image image;

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct lethe_where where = {LETHE_WHAT_NONE, 0, NULL, 0};
		uint32_t size;

		plan_builder_example(&builder);
		for (const struct poke *change = values[i].pokes; change->part != PART_END;
		     change++) {
			poke(&builder, change);
		}
		size = plan_builder_seal(&builder, &image);
		lethe_plan_check(&image, size, &where);
		assert_int_equal(where.value, values[i].value);
	}
}

/* Counts that do not fit the builder's arrays are written into the sealed plan. */
static void test_counts(void **state)
{
	static const struct {
		size_t offset;
		uint32_t value;
		int status;
	} counts[] = {
		{offsetof(struct lethe_plan, slot_count), 5, LETHE_E_PLAN_COUNT},
		{offsetof(struct lethe_plan, slot_count), 0xffffffff, LETHE_E_PLAN_COUNT},
		{offsetof(struct lethe_plan, segment_count), 65, LETHE_E_PLAN_COUNT},
		{offsetof(struct lethe_plan, segment_count), 0xffffffff, LETHE_E_PLAN_COUNT},
		{offsetof(struct lethe_plan, window_count), 65, LETHE_E_PLAN_COUNT},
		{offsetof(struct lethe_plan, window_count), 0xffffffff, LETHE_E_PLAN_COUNT},
		{offsetof(struct lethe_plan, strings_size), 16385, LETHE_E_PLAN_COUNT},
		{offsetof(struct lethe_plan, strings_size), 0xffffffff, LETHE_E_PLAN_COUNT},
		/* in range, but the sum no longer fits */
		{offsetof(struct lethe_plan, slot_count), 1, LETHE_E_PLAN_SIZE},
		{offsetof(struct lethe_plan, segment_count), 64, LETHE_E_PLAN_SIZE},
		{offsetof(struct lethe_plan, window_count), 64, LETHE_E_PLAN_SIZE},
		{offsetof(struct lethe_plan, strings_size), 16384, LETHE_E_PLAN_SIZE},
		{offsetof(struct lethe_plan, total_size), 0, LETHE_E_PLAN_SIZE},
		{offsetof(struct lethe_plan, total_size), 0xffffffff, LETHE_E_PLAN_SIZE},
		/* the same number of padded bytes: the digest is what notices */
		{offsetof(struct lethe_plan, strings_size), 40, LETHE_E_PLAN_DIGEST},
	};
	static struct plan_builder builder;
	static struct plan_image image;
	uint32_t size;

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		plan_builder_example(&builder);
		size = plan_builder_seal(&builder, &image);
		memcpy((uint8_t *)&image + counts[i].offset, &counts[i].value, sizeof(uint32_t));
		assert_check("count", &image, size, counts[i].status, LETHE_WHAT_NONE, 0, NULL);
	}
}

static void fill_largest(struct plan_builder *builder)
{
	plan_builder_init(builder);
	builder->header.slot_count = LETHE_SLOT_MAX;
	builder->header.segment_count = LETHE_SEGMENT_MAX;
	builder->header.window_count = LETHE_WINDOW_MAX;
	builder->header.strings_size = LETHE_STRINGS_MAX;
	memset(builder->strings, 'a', LETHE_STRINGS_MAX - 1);
	for (unsigned int i = 1; i < LETHE_SEGMENT_MAX; i++) {
		builder->segments[i] = builder->segments[0];
	}
	for (unsigned int i = 0; i < LETHE_WINDOW_MAX; i++) {
		builder->windows[i].base = 0x10000 * i;
		builder->windows[i].size = 0x8000;
	}
	for (unsigned int i = 0; i < LETHE_SLOT_MAX; i++) {
		builder->slots[i] = builder->slots[0];
		builder->slots[i].first_segment = i * LETHE_SEGMENT_MAX / LETHE_SLOT_MAX;
		builder->slots[i].segment_count = LETHE_SEGMENT_MAX / LETHE_SLOT_MAX;
	}
	builder->slots[2].cmdline_size = LETHE_STRINGS_MAX;
}

/* The smallest and the largest plan, in memory of exactly their size: the sanitizer is the check.
 */
static void test_sizes(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;

	(void)state;
	for (int largest = 0; largest <= 1; largest++) {
		uint32_t size;
		void *exact;

		if (largest) {
			fill_largest(&builder);
		} else {
			plan_builder_init(&builder);
		}
		size = plan_builder_seal(&builder, &image);
		assert_int_equal(size, largest ? LETHE_PLAN_SIZE_MAX : 192 + 128 + 112);
		assert_int_equal(size, lethe_plan_size(builder.header.slot_count,
						       builder.header.segment_count,
						       builder.header.window_count,
						       builder.header.strings_size));
		exact = malloc(size);
		memcpy(exact, &image, size);
		assert_check("exact", exact, size, FINE);
		assert_check("more room", exact, UINT64_MAX, FINE);
		free(exact);
	}
	assert_true(lethe_plan_size(0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff) ==
		    192 + (128 + 112 + 16) * 0xffffffffULL + 0x100000000ULL);
}

static void test_truncated(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;
	uint32_t size;

	(void)state;
	plan_builder_example(&builder);
	size = plan_builder_seal(&builder, &image);
	for (uint32_t limit = 0; limit < size; limit++) {
		void *exact = malloc(limit);

		memcpy(exact, &image, limit);
		assert_check("truncated", exact, limit, PLAN_ROW(LETHE_E_PLAN_SIZE));
		free(exact);
	}
	assert_check("whole", &image, size, FINE);
}

static void test_pointer(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;
	uint32_t size;

	(void)state;
	plan_builder_example(&builder);
	size = plan_builder_seal(&builder, &image);
	assert_check("null", NULL, 4096, PLAN_ROW(LETHE_E_PLAN_MISSING));
	for (unsigned int shift = 1; shift < 8; shift++) {
		uint8_t *exact = malloc(size + shift);

		memcpy(exact + shift, &image, size);
		assert_check("misaligned", exact + shift, size, PLAN_ROW(LETHE_E_PLAN_ALIGN));
		free(exact);
	}
}

/* No bit is without meaning: the digest covers them all, its own too. */
static void test_every_bit(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;
	uint8_t *bytes = (uint8_t *)&image;
	uint32_t size;

	(void)state;
	plan_builder_example(&builder);
	size = plan_builder_seal(&builder, &image);
	for (uint32_t bit = 0; bit < size * 8; bit++) {
		const size_t byte = bit / 8;
		int status;

		bytes[byte] ^= (uint8_t)(1U << (bit % 8));
		status = lethe_plan_check(&image, size, NULL);
		if (status == LETHE_OK) {
			fail_msg("bit %u was flipped and accepted", bit);
		}
		/* Only what is judged before the digest may say anything else. */
		if ((byte >= 16 && byte < 56) || byte >= 72) {
			assert_int_equal(status, LETHE_E_PLAN_DIGEST);
		}
		bytes[byte] ^= (uint8_t)(1U << (bit % 8));
	}
	assert_check("flipped back", &image, size, FINE);
}

/* The parts that tests elsewhere rely on, without going through the check. */
static void test_accessors(void **state)
{
	static struct plan_builder builder;
	static struct plan_image image;
	const uint8_t *base = (const uint8_t *)&image;
	uint8_t digest[LETHE_DIGEST_SIZE];
	uint32_t size;

	(void)state;
	plan_builder_example(&builder);
	size = plan_builder_seal(&builder, &image);
	assert_ptr_equal(lethe_plan_slots(plan_of(&image)), base + 192);
	assert_ptr_equal(lethe_plan_segments(plan_of(&image)), base + 192 + 2 * 128);
	assert_ptr_equal(lethe_plan_windows(plan_of(&image)), base + 192 + 2 * 128 + 4 * 112);
	assert_ptr_equal(lethe_plan_strings(plan_of(&image)), base + size - 40);
	assert_string_equal(lethe_plan_strings(plan_of(&image)) + 30, "single");
	lethe_plan_digest(plan_of(&image), digest);
	assert_memory_equal(digest, plan_of(&image)->digest, sizeof(digest));
	memset(plan_of(&image)->digest, 0xff, LETHE_DIGEST_SIZE);
	lethe_plan_digest(plan_of(&image), plan_of(&image)->digest);
	assert_memory_equal(digest, plan_of(&image)->digest, sizeof(digest));
}

static void test_supported(void **state)
{
	static const struct {
		struct poke pokes[3];
		int status;
		enum lethe_what what;
		unsigned int index;
		const char *name;
	} features[] = {
		{{{0}}, FINE},
		{{HEADER(on_fail, LETHE_ON_FAIL_RESET)}, FINE},
		{{HEADER(el, LETHE_EL_1), HEADER(mode, LETHE_MODE_UNCACHED)}, FINE},
		{{WITH_LIST}, LETHE_E_PLAN_UNSUPPORTED, LETHE_WHAT_NONE, 0, "indirection list"},
		{{HEADER(hyp_stub, 1)}, LETHE_E_PLAN_UNSUPPORTED, LETHE_WHAT_NONE, 0, "hyp stub"},
		{{HEADER(hyp_stub, 2)}, LETHE_E_PLAN_UNSUPPORTED, LETHE_WHAT_NONE, 0, "hyp stub"},
		{{HEADER(on_fail, LETHE_ON_FAIL_RETURN)},
		 LETHE_E_PLAN_UNSUPPORTED,
		 LETHE_WHAT_NONE,
		 0,
		 "on-fail return"},
		{{HEADER(on_fail, LETHE_ON_FAIL_FALLBACK)},
		 LETHE_E_PLAN_UNSUPPORTED,
		 LETHE_WHAT_NONE,
		 0,
		 "on-fail fallback"},
	};
	static struct plan_builder builder;
	static struct plan_image image;
	struct lethe_where where;

	(void)state;
	for (size_t i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
		plan_builder_init(&builder);
		for (const struct poke *change = features[i].pokes; change->part != PART_END;
		     change++) {
			poke(&builder, change);
		}
		assert_check("feature", &image, plan_builder_seal(&builder, &image), FINE);
		memset(&where, 0xa5, sizeof(where));
		assert_int_equal(lethe_plan_supported(plan_of(&image), &where), features[i].status);
		assert_int_equal(lethe_plan_supported(plan_of(&image), NULL), features[i].status);
		if (features[i].status != LETHE_OK) {
			assert_int_equal(where.what, features[i].what);
			assert_int_equal(where.index, features[i].index);
			assert_string_equal(where.name, features[i].name);
		}
	}
	plan_builder_example(&builder);
	plan_builder_seal(&builder, &image);
	assert_int_equal(lethe_plan_supported(plan_of(&image), &where), LETHE_E_PLAN_UNSUPPORTED);
	assert_int_equal(where.what, LETHE_WHAT_SLOT);
	assert_int_equal(where.index, 1);
	assert_string_equal(where.name, "rescue");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),     cmocka_unit_test(test_value),
		cmocka_unit_test(test_counts),    cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_truncated), cmocka_unit_test(test_pointer),
		cmocka_unit_test(test_every_bit), cmocka_unit_test(test_accessors),
		cmocka_unit_test(test_supported),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
