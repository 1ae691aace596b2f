/* SPDX-License-Identifier: BSD-2-Clause */
#include "read_loader.h"

#include "plan/range_set.h"
#include "read_memory.h"
#include "read_reserved.h"

/* Linux uses the first two ranges of linux,usable-memory-range; two that touch are one. */
bool lethe_read_loader_is_usable(const struct lethe_fdt_facts *facts, struct lethe_range range)
{
	struct lethe_range ranges[2];
	struct lethe_range_set usable;
	int i;

	lethe_range_set_init(&usable, ranges, 2);
	for (i = 0; i < facts->usable_count; i++) {
		lethe_range_set_add(&usable,
				    lethe_range_of(facts->usable_base[i], facts->usable_size[i]));
	}
	return facts->usable_count == 0 || lethe_range_set_contains(&usable, range);
}

/*
 * True if the range overlaps memory that the loader filled for the next kernel. An initrd whose end
 * is below its start overlaps nothing.
 */
bool lethe_read_loader_overlaps(const struct lethe_context *ctx, struct lethe_range range)
{
	const struct lethe_fdt_facts *facts = &ctx->facts;

	return lethe_range_overlaps(range, ctx->loader_tree) ||
	       (facts->has_initrd && lethe_range_overlaps(range, lethe_loader_initrd(ctx))) ||
	       lethe_range_overlaps(range,
				    lethe_range_of(facts->elfcorehdr, facts->elfcorehdr_size));
}

static int initrd_status(const struct lethe_context *ctx, struct lethe_range initrd)
{
	if (initrd.end <= initrd.start) {
		return LETHE_E_LOADER_INITRD;
	}
	if (!lethe_place_initrd_fits(ctx->plan, ctx->slot, &ctx->placement, initrd.start,
				     initrd.end)) {
		return LETHE_E_INITRD_WINDOW;
	}
	return lethe_range_overlaps(initrd, ctx->loader_tree) ||
			       !lethe_read_memory_holds_initrd(ctx, initrd) ||
			       lethe_range_set_overlaps(lethe_read_reserved_no_map(), initrd)
		       ? LETHE_E_LOADER_INITRD
		       : LETHE_OK;
}

/*
 * The loader's initrd never overlaps the extent. If it is passed on, its ends must be sound, and
 * it must be RAM by each source. If the bundle brings its own, a loader's that is inside out or not
 * there does not matter, as in Linux.
 */
static int check_initrd(const struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_fdt_facts *facts = &ctx->facts;
	const struct lethe_range initrd = lethe_loader_initrd(ctx);
	int status = LETHE_OK;

	if (ctx->slot->initrd_segment == LETHE_INDEX_NONE && facts->initrd_status != LETHE_OK) {
		return lethe_error_at(where, facts->initrd_status, LETHE_WHAT_TREE, 0,
				      facts->initrd_name, 0);
	}
	if (facts->has_initrd && lethe_range_overlaps(initrd, lethe_extent(ctx))) {
		status = LETHE_E_LOADER_INITRD;
	} else if (lethe_passes_initrd(ctx)) {
		status = initrd_status(ctx, initrd);
	}
	return status == LETHE_OK ? LETHE_OK
				  : lethe_error_at(where, status, LETHE_WHAT_TREE, 0,
						   "linux,initrd-start", initrd.start);
}

/* Checks the loader's tree and initrd, and the tree's usable memory, against the extent. */
int lethe_read_loader(const struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_range extent = lethe_extent(ctx);
	int status;

	if (lethe_range_overlaps(extent, ctx->loader_tree)) {
		return lethe_error_at(where, LETHE_E_LOADER_TREE, LETHE_WHAT_NONE, 0, 0,
				      ctx->loader_tree.start);
	}
	status = check_initrd(ctx, where);
	if (status == LETHE_OK && !lethe_read_loader_is_usable(&ctx->facts, extent)) {
		return lethe_error_at(where, LETHE_E_DEST_UNUSABLE, LETHE_WHAT_TREE, 0,
				      "linux,usable-memory-range", extent.start);
	}
	return status;
}
