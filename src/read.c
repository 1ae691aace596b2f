/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 3: the tree, the console, and every check that needs either. */
#include "console/console.h"
#include "read_console.h"
#include "read_loader.h"
#include "read_memory.h"
#include "read_own.h"
#include "read_ram.h"
#include "read_tree.h"
#include "smp/census.h"
#include "smp/hold.h"
#include "stages.h"
#include "stop.h"

/* A valid plan's policy applies from here on, also if a later check fails. */
static void set_policy(const struct lethe_context *ctx)
{
	if (ctx->plan != 0) {
		lethe_stop_context.on_fail = (enum lethe_on_fail)ctx->plan->on_fail;
		lethe_stop_context.psci = (enum lethe_psci)ctx->plan->psci;
		lethe_stop_context.slots = ctx->plan->slot_count - ctx->slot_index - 1;
	}
}

static void set_conduit(struct lethe_context *ctx)
{
	if (lethe_stop_context.psci == LETHE_PSCI_TREE) {
		lethe_stop_context.psci = ctx->facts.psci;
		lethe_stop_context.acpi = ctx->facts.psci == LETHE_PSCI_NONE ? ctx : 0;
	}
}

static int check_machine(struct lethe_context *ctx)
{
	int status = lethe_read_ram(ctx, &ctx->where);

	if (status != LETHE_OK) {
		return status;
	}
	if (ctx->uncached_why != LETHE_OK) {
		lethe_console_line("uncached: %s (LETHE_E_%s)",
				   lethe_status_text(ctx->uncached_why),
				   lethe_status_name(ctx->uncached_why));
	}
	status = ctx->tree != 0 ? lethe_census(ctx, &ctx->where) : LETHE_OK;
	return status == LETHE_OK ? lethe_hold_choose(ctx, &ctx->where) : status;
}

/*
 * Opens the console that the plan names, before a tree is read. False if the plan names none, or if
 * it names memory of Lethe's own.
 */
static bool open_fixed(struct lethe_context *ctx)
{
	struct lethe_uart uart;

	lethe_read_own(ctx);
	if (!lethe_read_console_is_fixed(ctx)) {
		return false;
	}
	lethe_read_console_find(ctx, false, &uart);
	if (lethe_read_own_touches(lethe_read_console_pages(&uart))) {
		if (ctx->check_status == LETHE_OK) {
			ctx->check_status =
				lethe_error_at(&ctx->check_where, LETHE_E_PLAN_CONSOLE,
					       LETHE_WHAT_NONE, 0, "console", uart.base);
		}
		return false;
	}
	lethe_read_console(ctx, &uart);
	return true;
}

/*
 * Opens the console that the tree names. A tree may lie: a UART is used only where neither Lethe
 * nor RAM can be. The boot goes on without a console otherwise. Return: of lethe_read_memory().
 */
static int open_named(struct lethe_context *ctx, struct lethe_where *where)
{
	struct lethe_uart uart;
	struct lethe_range pages;
	int status;

	lethe_read_console_find(ctx, lethe_read_console_is_fixed(ctx), &uart);
	pages = lethe_read_console_pages(&uart);
	status = lethe_read_memory(ctx, pages, where);
	/* If nothing says what is RAM, the loader's initrd may be. Else it is RAM, or refused. */
	if (lethe_read_own_touches(pages) || lethe_read_memory_may_be_ram(ctx, pages) ||
	    (!ctx->facts.has_memory && ctx->facts.efi_mmap == 0 &&
	     lethe_read_loader_overlaps(ctx, pages))) {
		uart.kind = LETHE_CONSOLE_NONE;
	}
	lethe_read_console(ctx, &uart);
	return status;
}

/* What the console says of x0 and of the tree. */
static void print_tree(const struct lethe_context *ctx)
{
	if (ctx->x0_status != LETHE_OK) {
		lethe_console_line("x0=0x%x is no device tree: %s (LETHE_E_%s)", ctx->x0,
				   lethe_status_text(ctx->x0_status),
				   lethe_status_name(ctx->x0_status));
	}
	if (((uint64_t)ctx->tree & 7) != 0) {
		lethe_console_line("device tree at 0x%x is at 4 mod 8: the copy is aligned",
				   (uint64_t)ctx->tree);
	}
}

int lethe_stage_read(struct lethe_context *ctx)
{
	static struct lethe_range no_uart; /* in bss, which takes no bytes */
	struct lethe_where where = {0};
	bool is_open;
	int memory_status;
	int status;

	set_policy(ctx);
	is_open = open_fixed(ctx);
	status = lethe_read_tree(ctx, &ctx->where);
	set_conduit(ctx);
	memory_status = is_open ? lethe_read_memory(ctx, no_uart, &where) : open_named(ctx, &where);
	print_tree(ctx);
	if (ctx->check_status != LETHE_OK) {
		lethe_stop_context.stage = LETHE_STAGE_CHECK;
		ctx->where = ctx->check_where;
		return ctx->check_status;
	}
	ctx->stage_bytes = ctx->facts.used_size;
	if (status == LETHE_OK && memory_status != LETHE_OK) {
		ctx->where = where;
		status = memory_status;
	}
	return status != LETHE_OK ? status : check_machine(ctx);
}
