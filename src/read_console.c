/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 3: selects the console's UART and prints Lethe's first line. */
#include <string.h>

#include <lethe/version.h>

#include "console/console.h"
#include "console/earlycon.h"
#include "console/uart_drivers.h"
#include "cpu/fault.h"
#include "fdt/fdt_get.h"
#include "memory_map.h"
#include "read_console.h"

bool lethe_read_console_is_fixed(const struct lethe_context *ctx)
{
	return ctx->plan != 0 && ctx->plan->console_base != 0;
}

static const char *effective_bootargs(const struct lethe_context *ctx)
{
	if (ctx->slot->cmdline_size != 0) {
		return lethe_plan_strings(ctx->plan) + ctx->slot->cmdline_offset;
	}
	return ctx->facts.bootargs;
}

void lethe_read_console_find(const struct lethe_context *ctx, bool by_tree, struct lethe_uart *uart)
{
	/* Without a valid plan, the tree's console: a silent machine cannot be repaired. */
	const uint32_t kind = ctx->plan != 0 && !by_tree ? ctx->plan->console_kind
							 : (uint32_t)LETHE_CONSOLE_STDOUT;
	const char *bootargs;

	memset(uart, 0, sizeof(*uart));
	uart->kind = LETHE_CONSOLE_NONE;
	switch (kind) {
	case LETHE_CONSOLE_NONE: break;
	case LETHE_CONSOLE_AUTO:
		bootargs = effective_bootargs(ctx);
		if (!lethe_earlycon_uart(bootargs, uart) && lethe_earlycon_wanted(bootargs) &&
		    ctx->tree != 0) {
			lethe_fdt_stdout_checked(ctx->facts.tree, ctx->facts.chosen, uart);
		}
		break;
	case LETHE_CONSOLE_STDOUT:
		if (ctx->tree != 0) {
			lethe_fdt_stdout_checked(ctx->facts.tree, ctx->facts.chosen, uart);
		}
		break;
	default: /* a driver's number: lethe_plan_check() refuses all others */
		uart->kind = (enum lethe_console_kind)kind;
		uart->base = ctx->plan->console_base;
		uart->reg_shift = ctx->plan->console_reg_shift;
		uart->reg_width = ctx->plan->console_reg_width;
		break;
	}
}

struct lethe_range lethe_read_console_pages(const struct lethe_uart *uart)
{
	const uint64_t page = 4096;
	struct lethe_range pages = {0, 0};

	if (uart->kind != LETHE_CONSOLE_NONE) {
		pages.start = uart->base & ~(page - 1);
		pages.end = (uart->base + LETHE_UART_SPAN + page - 1) & ~(page - 1);
		/* The top page ends at 2^64, which no range can say. */
		pages.end = pages.end != 0 ? pages.end : UINT64_MAX;
	}
	return pages;
}

void lethe_read_console(struct lethe_context *ctx, const struct lethe_uart *uart)
{
	lethe_memory_map(ctx, lethe_read_console_pages(uart), LETHE_MAP_DEVICE);
	lethe_console_open(uart);
	if (ctx->has_first_line) {
		return; /* an earlier slot has printed the line */
	}
	ctx->has_first_line = uart->kind != LETHE_CONSOLE_NONE;
	lethe_console_line(LETHE_VERSION " at 0x%x EL%u E2H=%u x0=0x%x", ctx->image_base,
			   (uint64_t)ctx->el, (uint64_t)ctx->e2h, ctx->x0);
	if (lethe_fault_serror_inherited) {
		lethe_console_line("an SError was pending at entry: inherited, ignored");
	}
}
