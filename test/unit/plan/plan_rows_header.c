/* SPDX-License-Identifier: BSD-2-Clause */
/* The header: frame, flags, console, workspace, list; and the windows. */

#include "console/uart_drivers.h"
#include "plan_rows.h"

#define NS16550(base, shift, width)                                                                \
	HEADER(console_kind, LETHE_CONSOLE_NS16550), HEADER(console_base, base),                   \
		HEADER(console_reg_shift, shift), HEADER(console_reg_width, width)
#define PL011(base)                                                                                \
	HEADER(console_kind, LETHE_CONSOLE_PL011), HEADER(console_base, base),                     \
		HEADER(console_reg_shift, 0), HEADER(console_reg_width, 0)
#define NO_UART(kind)                                                                              \
	HEADER(console_kind, kind), HEADER(console_base, 0), HEADER(console_reg_shift, 0),         \
		HEADER(console_reg_width, 0)

/* clang-format off */
static const struct plan_row rows[] = {
	{"the example", {{0}}, FINE},

	/* frame */
	{"magic", {HEADER(magic, LETHE_PLAN_MAGIC + 1)}, PLAN_ROW(LETHE_E_PLAN_MAGIC)},
	{"version 0", {HEADER(version, 0)}, PLAN_ROW(LETHE_E_PLAN_VERSION)},
	{"version 2 without chunks", {HEADER(version, 2)}, PLAN_ROW(LETHE_E_PLAN_COUNT)},
	{"version 3", {HEADER(version, 3)}, PLAN_ROW(LETHE_E_PLAN_VERSION)},
	{"no slot", {HEADER(slot_count, 0)}, PLAN_ROW(LETHE_E_PLAN_COUNT)},
	{"no segment", {HEADER(segment_count, 0)}, PLAN_ROW(LETHE_E_PLAN_COUNT)},

	/* header */
	{"several CPUs without chunks", {HEADER(flags, 0xa)}, PLAN_ROW(LETHE_E_PLAN_FLAGS)},
	{"all flags of the EFI door", {HEADER(flags, 0xf2)}, FINE},
	{"flag 8", {HEADER(flags, 0x102)}, PLAN_ROW(LETHE_E_PLAN_FLAGS)},
	{"flag 31", {HEADER(flags, 0x80000002)}, PLAN_ROW(LETHE_E_PLAN_FLAGS)},
	{"rehearsal", {HEADER(flags, 3)}, FINE},
	{"coherent", {HEADER(flags, 6)}, FINE},
	{"coherent, uncached", {HEADER(flags, 6), HEADER(mode, 1)}, PLAN_ROW(LETHE_E_PLAN_MODE)},
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
	{"chunk_count of version 1", {HEADER(chunk_count, 1)}, PLAN_ROW(LETHE_E_PLAN_RESERVED)},
	{"cpus 3", {HEADER(cpus, 3), HEADER(el, 1)}, PLAN_ROW(LETHE_E_PLAN_CPUS)},
	{"cpus 32 bits", {HEADER(cpus, 0x80000000)}, PLAN_ROW(LETHE_E_PLAN_CPUS)},
	{"a pen", {HEADER(cpus, 1)}, FINE},
	{"a pen below EL1", {HEADER(cpus, 1), HEADER(el, 1)}, PLAN_ROW(LETHE_E_PLAN_CPUS)},
	{"a monitor", {HEADER(cpus, 2), HEADER(el, 1)}, FINE},
	{"a monitor at its own level", {HEADER(cpus, 2)}, PLAN_ROW(LETHE_E_PLAN_CPUS)},
	{"reserved2[0]", {{PART_HEADER, 0, 152, 8, 1}}, PLAN_ROW(LETHE_E_PLAN_RESERVED)},
	{"reserved2[4]", {{PART_HEADER, 0, 184, 8, 1ULL << 63}}, PLAN_ROW(LETHE_E_PLAN_RESERVED)},

	/* console */
	{"past the drivers", {HEADER(console_kind, LETHE_UART_END)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"past the drivers, no address", {NO_UART(LETHE_UART_END)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
	{"console 32 bits", {HEADER(console_kind, UINT32_MAX)}, PLAN_ROW(LETHE_E_PLAN_CONSOLE)},
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

	/* console in memory: window 0 is 128 MiB from 0x80000000, segment 3 goes to 0x90000000 */
	{"console behind a window", {PL011(0x88000000)}, FINE},
	{"console a page before a window", {PL011(0x7ffff000)}, FINE},
	{"console begins in a window", {PL011(0x87fffffc)},
	 LETHE_E_PLAN_CONSOLE, LETHE_WHAT_WINDOW, 0, NULL},
	{"console ends in a window", {PL011(0x8ffffffc)},
	 LETHE_E_PLAN_CONSOLE, LETHE_WHAT_WINDOW, 1, NULL},
	{"console at a destination", {HEADER(window_count, 0), PL011(0x90000000)},
	 SEGMENT_ROW(LETHE_E_PLAN_CONSOLE, 3, "raw")},
	{"console before a destination", {HEADER(window_count, 0), PL011(0x8ffff000)}, FINE},
	{"console at a source",
	 {HEADER(window_count, 0), SEGMENT(3, flags, 0), SEGMENT(3, source, 0xa0000002),
	  SEGMENT(3, file_size, 0x2003), PL011(0xa0002004)},
	 SEGMENT_ROW(LETHE_E_PLAN_CONSOLE, 3, "raw")},
	{"console behind a source",
	 {HEADER(window_count, 0), SEGMENT(3, flags, 0), SEGMENT(3, source, 0xa0000002),
	  SEGMENT(3, file_size, 0x2003), PL011(0xa0002008)},
	 FINE},
	{"console at the number of an offset", {PL011(EXAMPLE_KERNEL)}, FINE},

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
	 {HEADER(flags, 0), HEADER(workspace_base, 0xfffffffffffff000),
	  HEADER(workspace_size, 0x1000)},
	 PLAN_ROW(LETHE_E_PLAN_WORKSPACE)},
	{"workspace at the top",
	 {HEADER(flags, 0), HEADER(workspace_base, 0xffffffffffffe000),
	  HEADER(workspace_size, 0x1000)},
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
	{"window wraps", {WINDOW(1, base, 0xfffffffffffff000), WINDOW(1, size, 0x1000)},
	 WINDOW_ROW(1)},
	{"window at the top", {WINDOW(1, base, 0xffffffffffffe000), WINDOW(1, size, 0x1000)}, FINE},
};
/* clang-format on */

const struct plan_rows plan_rows_header = PLAN_ROWS(rows);
