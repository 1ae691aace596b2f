/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage 3: checks the destinations against this machine. The loader granted the extent. A range
 * beyond the extent must be RAM, and neither reserved nor in use by the loader.
 */
#include "read_ram.h"

#include <lethe/cache.h>

#include "memory_map.h"
#include "plan/plan_check.h"

/* True if the range is RAM by the plan's windows, else by /memory, else by the UEFI map. */
static bool is_ram(struct lethe_context *ctx, struct lethe_range range)
{
	const struct lethe_fdt_facts *facts = &ctx->facts;
	const struct lethe_range map = lethe_range_of(facts->efi_mmap, facts->efi_mmap_size);

	if (ctx->plan->window_count != 0) {
		return lethe_plan_check_windows_cover(ctx->plan, range);
	}
	if (facts->has_memory) {
		return lethe_fdt_memory_covers(ctx->tree, range.start, lethe_range_size(range));
	}
	/* Writable: a destination may share a page with the map. */
	lethe_memory_map(ctx, map, LETHE_MAP_RW);
	lethe_dcache_clean_inval_poc(map.start, map.end);
	return lethe_efi_memory_covers((const void *)map.start, facts->efi_mmap_size,
				       facts->efi_desc_size, range.start, lethe_range_size(range));
}

static bool ram_is_known(const struct lethe_context *ctx)
{
	return ctx->plan->window_count != 0 || ctx->facts.has_memory || ctx->facts.efi_mmap != 0;
}

static bool is_usable(const struct lethe_fdt_facts *facts, struct lethe_range range)
{
	int i;

	for (i = 0; i < facts->usable_count; i++) {
		/* Sizes are compared, not ends: the tree's range may wrap. */
		if (range.start >= facts->usable_base[i] &&
		    range.end - facts->usable_base[i] <= facts->usable_size[i]) {
			return true;
		}
	}
	return facts->usable_count == 0;
}

static bool is_reserved(const struct lethe_context *ctx, struct lethe_range range)
{
	return ctx->tree != 0 && lethe_fdt_reserved(ctx->tree, range.start, lethe_range_size(range),
						    ctx->image_base, ctx->image_size);
}

/* False without an initrd, and for an initrd whose end is below its start. */
static bool overlaps_initrd(const struct lethe_fdt_facts *facts, struct lethe_range range)
{
	const struct lethe_range initrd = {facts->initrd_start, facts->initrd_end};

	return facts->has_initrd && lethe_range_overlaps(range, initrd);
}

/* A destination outside the extent. */
static int check_fixed(struct lethe_context *ctx, struct lethe_range dest)
{
	if (!ram_is_known(ctx)) {
		return LETHE_E_MEMORY_UNKNOWN;
	}
	if (!is_usable(&ctx->facts, dest)) {
		return LETHE_E_DEST_UNUSABLE;
	}
	if (!is_ram(ctx, dest)) {
		return LETHE_E_DEST_NOT_RAM;
	}
	if (lethe_range_overlaps(dest, ctx->loader_tree) || overlaps_initrd(&ctx->facts, dest)) {
		return LETHE_E_DEST_LOADER;
	}
	if (is_reserved(ctx, dest)) {
		return LETHE_E_DEST_RESERVED;
	}
	lethe_memory_map(ctx, dest, LETHE_MAP_RW);
	return LETHE_OK;
}

/*
 * If a range is not known to be RAM, it may be a device, and a device must not be mapped cacheable.
 * A reserved range may have no-map.
 */
static void check_source(struct lethe_context *ctx, struct lethe_range source)
{
	if (ram_is_known(ctx) && is_ram(ctx, source) && !is_reserved(ctx, source)) {
		lethe_memory_map(ctx, source, LETHE_MAP_RO);
	} else {
		lethe_memory_map_leave(ctx, LETHE_E_SOURCE_NOT_RAM);
	}
}

static bool needs_no_check(const struct lethe_context *ctx, struct lethe_range range)
{
	return lethe_range_size(range) == 0 || lethe_range_contains(lethe_extent(ctx), range);
}

/* Checks the loader's tree and initrd, and the tree's usable memory, against the extent. */
static int check_loader(const struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_fdt_facts *facts = &ctx->facts;
	const struct lethe_range extent = lethe_extent(ctx);

	if (lethe_range_overlaps(extent, ctx->loader_tree)) {
		return lethe_error_at(where, LETHE_E_LOADER_TREE, LETHE_WHAT_NONE, 0, 0,
				      ctx->loader_tree.start);
	}
	if (facts->has_initrd &&
	    (facts->initrd_end <= facts->initrd_start || overlaps_initrd(facts, extent))) {
		return lethe_error_at(where, LETHE_E_LOADER_INITRD, LETHE_WHAT_TREE, 0,
				      "linux,initrd-start", facts->initrd_start);
	}
	if (lethe_passes_initrd(ctx) &&
	    !lethe_place_initrd_fits(ctx->plan, ctx->slot, &ctx->placement, facts->initrd_start,
				     facts->initrd_end)) {
		return lethe_error_at(where, LETHE_E_INITRD_WINDOW, LETHE_WHAT_TREE, 0,
				      "linux,initrd-start", facts->initrd_start);
	}
	if (!is_usable(facts, extent)) {
		return lethe_error_at(where, LETHE_E_DEST_UNUSABLE, LETHE_WHAT_TREE, 0,
				      "linux,usable-memory-range", extent.start);
	}
	return LETHE_OK;
}

static int check_dest(struct lethe_context *ctx, struct lethe_range dest)
{
	return needs_no_check(ctx, dest) ? LETHE_OK : check_fixed(ctx, dest);
}

/* Checks and maps all memory that later stages write. */
static int check_dests(struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_segment *segments = lethe_plan_segments(ctx->plan);
	const struct lethe_range tree = ctx->placement.tree;
	unsigned int i;
	int status;

	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		const struct lethe_range dest = lethe_segment_dest(ctx, i);

		status = check_dest(ctx, dest);
		if (status != LETHE_OK) {
			return lethe_error_at(where, status, LETHE_WHAT_SEGMENT, i,
					      segments[i].name, dest.start);
		}
	}
	status = check_dest(ctx, tree);
	if (status != LETHE_OK) {
		return lethe_error_at(where, status, LETHE_WHAT_SLOT, ctx->slot_index,
				      ctx->slot->name, tree.start);
	}
	for (i = 0; i < lethe_list_runs(ctx); i++) {
		const struct lethe_kimage_run *run = &ctx->library->image.runs[i];

		status = check_dest(ctx, lethe_range_of(run->dest, run->size));
		if (status != LETHE_OK) {
			return lethe_error_at(where, status, LETHE_WHAT_NONE, 0, "list", run->dest);
		}
	}
	return LETHE_OK;
}

/* Maps the memory that later stages only read. Destinations are mapped and stay writable. */
static void check_sources(struct lethe_context *ctx)
{
	const struct lethe_window *windows = lethe_plan_windows(ctx->plan);
	unsigned int i;

	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		const struct lethe_range source = lethe_segment_source(ctx, i);

		if (!needs_no_check(ctx, source)) {
			check_source(ctx, source);
		}
	}
	/* The list's pages may come from any place in the windows. */
	for (i = 0; lethe_list_runs(ctx) != 0 && i < ctx->plan->window_count; i++) {
		check_source(ctx, lethe_range_of(windows[i].base, windows[i].size));
	}
	if (lethe_passes_initrd(ctx)) {
		const struct lethe_range initrd = {ctx->facts.initrd_start, ctx->facts.initrd_end};

		/* The loader says that the initrd is in memory: no check here. */
		lethe_memory_map(ctx, initrd, LETHE_MAP_RO);
	}
}

int lethe_read_ram(struct lethe_context *ctx, struct lethe_where *where)
{
	int status = check_loader(ctx, where);

	if (status == LETHE_OK) {
		status = check_dests(ctx, where);
	}
	if (status == LETHE_OK) {
		check_sources(ctx);
	}
	return status;
}
