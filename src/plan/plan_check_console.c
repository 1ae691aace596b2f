/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks the plan's console: the UART's description, and that it is not where the plan itself says
 * that memory is. A store to a UART's register in memory would change what was verified.
 */
#include "plan/plan_check.h"

#include <stddef.h>

#include "console/uart_drivers.h"

#define KIB_4 0x1000ULL

static int fail(struct lethe_where *where, uint64_t value)
{
	return lethe_error_at(where, LETHE_E_PLAN_CONSOLE, LETHE_WHAT_NONE, 0, NULL, value);
}

static int check_uart(const struct lethe_plan *plan, struct lethe_where *where)
{
	const uint32_t width = plan->console_reg_width;
	const uint32_t shift = plan->console_reg_shift;
	const uint64_t base = plan->console_base;
	const enum lethe_uart_registers registers = lethe_uart_registers(plan->console_kind);

	if (registers == LETHE_UART_UNKNOWN && plan->console_kind > LETHE_CONSOLE_AUTO) {
		return fail(where, plan->console_kind);
	}
	if (registers == LETHE_UART_SPACED) {
		if (shift > 3) {
			return fail(where, shift);
		}
		/* An access wider than the distance between registers would be misaligned. */
		if ((width != 1 && width != 2 && width != 4) || width > (1U << shift)) {
			return fail(where, width);
		}
	} else if (shift != 0 || width != 0) {
		return fail(where, shift != 0 ? shift : width);
	}
	if (registers != LETHE_UART_UNKNOWN) {
		const uint64_t align = registers == LETHE_UART_WORDS ? 4 : width;

		/* The last register must still have an address: every kind fits 4 KiB. */
		if (base == 0 || !lethe_is_aligned(base, align) || lethe_range_wraps(base, KIB_4)) {
			return fail(where, base);
		}
	} else if (base != 0) {
		return fail(where, base);
	}
	return LETHE_OK;
}

static bool is_at_uart(const struct lethe_plan *plan, uint64_t start, uint64_t size)
{
	return lethe_range_overlaps(lethe_range_of(plan->console_base, LETHE_UART_SPAN),
				    lethe_range_of(start, size));
}

/* Where the segment is now, and where it goes to. What is told by an offset is known when the plan
 * is placed. */
static bool segment_is_at_uart(const struct lethe_plan *plan, const struct lethe_segment *segment)
{
	const uint32_t by_offset = LETHE_SEGMENT_SOURCE_OFFSET | LETHE_SEGMENT_SOURCE_LIST;

	if ((segment->flags & by_offset) == 0 &&
	    is_at_uart(plan, segment->source, segment->file_size)) {
		return true;
	}
	return (segment->flags & LETHE_SEGMENT_IN_PLACE) == 0 &&
	       is_at_uart(plan, segment->dest, segment->mem_size);
}

static int check_memory(const struct lethe_plan *plan, struct lethe_where *where)
{
	const struct lethe_segment *segments = lethe_plan_segments(plan);
	const struct lethe_window *windows = lethe_plan_windows(plan);

	for (uint32_t i = 0; i < plan->window_count; i++) {
		if (is_at_uart(plan, windows[i].base, windows[i].size)) {
			return lethe_error_at(where, LETHE_E_PLAN_CONSOLE, LETHE_WHAT_WINDOW, i,
					      NULL, plan->console_base);
		}
	}
	for (uint32_t i = 0; i < plan->segment_count; i++) {
		if (segment_is_at_uart(plan, &segments[i])) {
			return lethe_error_at(where, LETHE_E_PLAN_CONSOLE, LETHE_WHAT_SEGMENT, i,
					      segments[i].name, plan->console_base);
		}
	}
	return LETHE_OK;
}

int lethe_plan_check_console(const struct lethe_plan *plan, struct lethe_where *where)
{
	const int status = check_uart(plan, where);

	return status == LETHE_OK && plan->console_base != 0 ? check_memory(plan, where) : status;
}
