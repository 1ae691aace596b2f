/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 6: the device tree in its slot tells the next kernel what is true now. */
#include <string.h>

#include <lethe/cache.h>

#include "cpu/fault.h"
#include "context.h"
#include "describe_seed.h"

static void add_reservation(struct lethe_fixup *fixup, uint64_t base, uint64_t size)
{
	if (size != 0) {
		fixup->reserve[fixup->reserve_count].base = base;
		fixup->reserve[fixup->reserve_count].size = size;
		fixup->reserve_count++;
	}
}

static void fill_fixup(const struct lethe_context *ctx, struct lethe_fixup *fixup)
{
	const struct lethe_segment *segments = lethe_plan_segments(ctx->plan);
	const struct lethe_placed *placed = ctx->placement.segment;
	unsigned int initrd = ctx->slot->initrd_segment;
	unsigned int i;

	fixup->packed = ctx->tree_is_packed;
	if (ctx->slot->cmdline_size != 0) {
		fixup->bootargs = lethe_plan_strings(ctx->plan) + ctx->slot->cmdline_offset;
	}
	fixup->extent = ctx->image_base;
	fixup->extent_size = ctx->image_size;
	fixup->old_tree = ctx->loader_tree;
	fixup->old_tree_size = ctx->loader_tree_size;
	if (initrd != LETHE_INDEX_NONE) {
		fixup->initrd_start = placed[initrd].dest;
		fixup->initrd_end = placed[initrd].dest + segments[initrd].file_size;
	}
	if (ctx->el == 2 && ctx->plan->el == LETHE_EL_1) {
		/* VBAR_EL2 goes on pointing there. */
		add_reservation(fixup, (uint64_t)lethe_vectors, 4096);
	}
	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		if (i == initrd) {
			add_reservation(fixup, placed[i].dest, segments[i].file_size);
		} else if ((segments[i].flags & LETHE_SEGMENT_RESERVE) != 0) {
			add_reservation(fixup, placed[i].dest, segments[i].mem_size);
		}
	}
}

int lethe_describe(struct lethe_context *ctx, struct lethe_where *where)
{
	static struct lethe_fixup fixup; /* a kilobyte: not for the stack */
	uint8_t seed[LETHE_SEED_KASLR + LETHE_SEED_RNG];
	void *slot = (void *)ctx->placement.tree;
	uint64_t room = ctx->placement.tree_end - ctx->placement.tree;
	int status;

	if (ctx->tree == 0) {
		return LETHE_OK;
	}
	memset(&fixup, 0, sizeof(fixup));
	fill_fixup(ctx, &fixup);
	if (lethe_seed(ctx->tree_is_packed ? 0 : ctx->tree, seed)) {
		fixup.seed = seed;
	}
	/* Before the first store: nothing left in a cache may land on the slot. */
	lethe_dcache_clean_inval_poc(ctx->placement.tree, ctx->placement.tree_end);
	status = lethe_fdt_fixup(ctx->tree, slot, room, &fixup, where);
	memset(seed, 0, sizeof(seed)); /* the seeds are the next kernel's secret */
	fixup.seed = 0;
	if (status != LETHE_OK) {
		return status;
	}
	status = lethe_record_write(slot, &ctx->record);
	if (status != LETHE_OK) {
		return lethe_error_at(where, status, LETHE_WHAT_TREE, 0, LETHE_RECORD_PATH, 0);
	}
	return lethe_fdt_close(slot);
}
