/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage 3: checks the destinations against this machine. The loader granted the extent, apart from
 * what is reserved in it. A range beyond the extent must be RAM, and neither reserved nor in use by
 * the loader.
 */
#include "read_ram.h"

#include "memory_map.h"
#include "plan/range_set.h"
#include "read_loader.h"
#include "read_memory.h"
#include "read_reserved.h"
#include "read_tree_buffer.h"

/* A destination outside the extent. */
static int check_fixed(struct lethe_context *ctx, struct lethe_range dest)
{
	if (!lethe_read_memory_is_known(ctx)) {
		return LETHE_E_MEMORY_UNKNOWN;
	}
	if (!lethe_read_loader_is_usable(&ctx->facts, dest)) {
		return LETHE_E_DEST_UNUSABLE;
	}
	if (!lethe_read_memory_is_ram(ctx, dest)) {
		return LETHE_E_DEST_NOT_RAM;
	}
	if (lethe_read_loader_overlaps(ctx, dest)) {
		return LETHE_E_DEST_LOADER;
	}
	if (lethe_read_reserved_touches(dest)) {
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
	if (lethe_read_memory_is_ram(ctx, source) && !lethe_read_reserved_touches(source)) {
		lethe_memory_map(ctx, source, LETHE_MAP_RO);
	} else {
		lethe_memory_map_leave(ctx, LETHE_E_SOURCE_NOT_RAM);
	}
}

static bool is_in_extent(const struct lethe_context *ctx, struct lethe_range range)
{
	return lethe_range_size(range) == 0 || lethe_range_contains(lethe_extent(ctx), range);
}

static int reserved_error(const struct lethe_context *ctx, struct lethe_range range,
			  struct lethe_where *where)
{
	uint64_t start;
	const char *name = lethe_read_reserved_name(ctx, range, &start);

	return lethe_error_at(where, LETHE_E_EXTENT_RESERVED, LETHE_WHAT_TREE, 0, name, start);
}

/* A part of the extent that the bundle needs. */
static int check_inside(const struct lethe_context *ctx, struct lethe_range range,
			struct lethe_where *where)
{
	return is_in_extent(ctx, range) && lethe_read_reserved_touches(range)
		       ? reserved_error(ctx, range, where)
		       : LETHE_OK;
}

/*
 * Checks the extent's parts against reservations. A caller of the library owns its workspace, also
 * if it is reserved, but nothing that must not be mapped.
 */
static int check_extent(struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_range workspace = ctx->placement.workspace;
	int status = LETHE_OK;
	unsigned int i;

	if (ctx->library != 0) {
		return lethe_range_set_overlaps(lethe_read_reserved_no_map(), workspace)
			       ? reserved_error(ctx, workspace, where)
			       : LETHE_OK;
	}
	status = check_inside(ctx, workspace, where);
	if (status == LETHE_OK) {
		status = check_inside(ctx, ctx->placement.plan, where);
	}
	for (i = lethe_slot_first(ctx); status == LETHE_OK && i < lethe_slot_end(ctx); i++) {
		status = check_inside(ctx, lethe_segment_source(ctx, i), where);
		if (status == LETHE_OK) {
			status = check_inside(ctx, lethe_segment_dest(ctx, i), where);
		}
	}
	if (status == LETHE_OK && !lethe_read_tree_buffer_is_free(ctx)) {
		status = check_inside(ctx, ctx->placement.tree, where);
	}
	return status;
}

/* Maps the extent, around pages that must not be mapped. */
static void map_extent(struct lethe_context *ctx)
{
	const struct lethe_range_set *no_map = lethe_read_reserved_no_map();
	struct lethe_range rest = lethe_extent(ctx);
	unsigned int i;

	for (i = 0; i < no_map->count && rest.start < rest.end; i++) {
		const struct lethe_range hole = no_map->ranges[i];

		if (lethe_range_overlaps(rest, hole)) {
			const struct lethe_range before = {rest.start, hole.start};

			if (before.start < before.end) {
				lethe_memory_map(ctx, before, LETHE_MAP_RW);
			}
			rest.start = hole.end;
		}
	}
	if (rest.start < rest.end) {
		lethe_memory_map(ctx, rest, LETHE_MAP_RW);
	}
}

static int check_dest(struct lethe_context *ctx, struct lethe_range dest)
{
	return is_in_extent(ctx, dest) ? LETHE_OK : check_fixed(ctx, dest);
}

/* Checks and maps all memory that later stages write. */
static int check_dests(struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_segment *segments = ctx->segments;
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

		if (!is_in_extent(ctx, source)) {
			check_source(ctx, source);
		}
	}
	/* The list's pages may come from any place in the windows. */
	for (i = 0; lethe_list_runs(ctx) != 0 && i < ctx->plan->window_count; i++) {
		check_source(ctx, lethe_range_of(windows[i].base, windows[i].size));
	}
	if (lethe_passes_initrd(ctx)) {
		lethe_memory_map(ctx, lethe_loader_initrd(ctx), LETHE_MAP_RO);
	}
}

int lethe_read_ram(struct lethe_context *ctx, struct lethe_where *where)
{
	int status = lethe_read_loader(ctx, where);

	if (status == LETHE_OK) {
		status = check_extent(ctx, where);
	}
	if (status == LETHE_OK) {
		map_extent(ctx);
		status = check_dests(ctx, where);
	}
	if (status == LETHE_OK) {
		check_sources(ctx);
	}
	return status;
}
