/* SPDX-License-Identifier: BSD-2-Clause */
#include "read_own.h"

#include "entry.h"

/* Neither in the file nor zeroed: a set counts its ranges. */
static struct lethe_range own_ranges[LETHE_OWN_MAX] __attribute__((section(".pool")));
static struct lethe_range_set own;

static void add_placement(const struct lethe_context *ctx)
{
	const struct lethe_window *windows = lethe_plan_windows(ctx->plan);
	const struct lethe_placement *placement = &ctx->placement;
	unsigned int i;

	lethe_range_set_add(&own, placement->extent);
	lethe_range_set_add(&own, placement->workspace);
	lethe_range_set_add(&own, placement->plan);
	lethe_range_set_add(&own, placement->tree);
	for (i = 0; i < ctx->plan->segment_count; i++) {
		lethe_range_set_add(&own, lethe_segment_source(ctx, i));
	}
	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		lethe_range_set_add(&own, lethe_segment_dest(ctx, i));
	}
	for (i = 0; i < lethe_list_runs(ctx); i++) {
		const struct lethe_kimage_run *run = &ctx->library->image.runs[i];

		lethe_range_set_add(&own, lethe_range_of(run->dest, run->size));
	}
	/* The list's pages may come from any place in the windows. */
	for (i = 0; lethe_list_runs(ctx) != 0 && i < ctx->plan->window_count; i++) {
		lethe_range_set_add(&own, lethe_range_of(windows[i].base, windows[i].size));
	}
}

void lethe_read_own(const struct lethe_context *ctx)
{
	lethe_range_set_init(&own, own_ranges, LETHE_OWN_MAX);
	lethe_range_set_add(&own, lethe_range_of(ctx->image_base, lethe_blob_size()));
	lethe_range_set_add(&own, ctx->loader_tree);
	if (ctx->is_checked) {
		add_placement(ctx);
	}
}

bool lethe_read_own_touches(struct lethe_range range)
{
	return lethe_range_set_overlaps(&own, range);
}

const struct lethe_range_set *lethe_read_own_set(void)
{
	return &own;
}
