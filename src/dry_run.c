/* SPDX-License-Identifier: BSD-2-Clause */
#include "dry_run.h"

#include "console/console.h"

#define MEMORY_LINES 64U

static void print_range(const char *name, struct lethe_range range)
{
	lethe_console_line("%s [0x%x, 0x%x)", name, range.start, range.end);
}

/* RAM beyond the extent, by each source that is there: read_memory.c asks them all. */
static void print_windows(const struct lethe_context *ctx)
{
	const struct lethe_window *windows = lethe_plan_windows(ctx->plan);
	uint64_t base;
	uint64_t size;
	unsigned int i;

	for (i = 0; i < ctx->plan->window_count; i++) {
		print_range("window", lethe_range_of(windows[i].base, windows[i].size));
	}
	/* Bounded: each line is a search from the front. */
	for (i = 0; ctx->tree != 0 && i < MEMORY_LINES; i++) {
		if (!lethe_fdt_memory_at(ctx->tree, i, &base, &size)) {
			break;
		}
		print_range("memory", lethe_range_of(base, size));
	}
	if (ctx->facts.efi_mmap != 0) {
		lethe_console_line("memory as the UEFI map at 0x%x says", ctx->facts.efi_mmap);
	}
}

bool lethe_dry_run_is_wanted(const struct lethe_context *ctx)
{
	return (ctx->plan->flags & LETHE_PLAN_STOP_AFTER_CHECK) != 0;
}

void lethe_dry_run(const struct lethe_context *ctx)
{
	const struct lethe_segment *segments = ctx->segments;
	const struct lethe_placement *placement = &ctx->placement;
	unsigned int i;

	print_range("extent", placement->extent);
	print_range("workspace", placement->workspace);
	print_windows(ctx);
	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		const struct lethe_placed *placed = &placement->segment[i];

		lethe_console_line("%s %s [0x%x, 0x%x) from 0x%x", segments[i].name,
				   placed->dest == placed->source ? "stays" : "moves to",
				   placed->dest, placed->dest + segments[i].mem_size,
				   placed->source);
	}
	for (i = 0; i < lethe_list_runs(ctx); i++) {
		const struct lethe_kimage_run *run = &ctx->library->image.runs[i];

		print_range("list moves to", lethe_range_of(run->dest, run->size));
	}
	if (ctx->tree != 0) {
		print_range("tree slot", placement->tree);
	}
	lethe_console_line("would enter 0x%x", placement->entry);
}
