/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage 3: what only the machine can say about the destinations. The extent is the loader's grant; anything
 * beyond it has to be RAM that is not reserved and not the loader's.
 */
#include "read_ram.h"

#include <lethe/cache.h>

#include "memory_map.h"
#include "plan/plan_check.h"

/* The plan's windows; else /memory; else the UEFI map. */
static bool covers(struct lethe_context *ctx, uint64_t base, uint64_t size)
{
	const struct lethe_fdt_facts *facts = &ctx->facts;

	if (ctx->plan->window_count != 0) {
		return lethe_windows_cover(ctx->plan, base, size);
	}
	if (facts->has_memory) {
		return lethe_fdt_memory_covers(ctx->tree, base, size);
	}
	/* To be written as well: a destination may share a page with it. */
	lethe_memory_map(ctx, facts->efi_mmap, facts->efi_mmap_size, LETHE_MAP_RW);
	lethe_dcache_clean_inval_poc(facts->efi_mmap, facts->efi_mmap + facts->efi_mmap_size);
	return lethe_efi_memory_covers((const void *)facts->efi_mmap, facts->efi_mmap_size,
				       facts->efi_desc_size, base, size);
}

static bool memory_is_known(const struct lethe_context *ctx)
{
	return ctx->plan->window_count != 0 || ctx->facts.has_memory || ctx->facts.efi_mmap != 0;
}

static bool usable(const struct lethe_fdt_facts *facts, uint64_t base, uint64_t size)
{
	int i;

	for (i = 0; i < facts->usable_count; i++) {
		uint64_t offset = base - facts->usable_base[i];

		if (base >= facts->usable_base[i] && offset <= facts->usable_size[i] &&
		    size <= facts->usable_size[i] - offset) {
			return 1;
		}
	}
	return facts->usable_count == 0;
}

/* One destination outside the extent. */
static int check_fixed(struct lethe_context *ctx, uint64_t base, uint64_t size)
{
	const struct lethe_fdt_facts *facts = &ctx->facts;

	if (!memory_is_known(ctx)) {
		return LETHE_E_MEMORY_UNKNOWN;
	}
	if (!usable(facts, base, size)) {
		return LETHE_E_DEST_UNUSABLE;
	}
	if (!covers(ctx, base, size)) {
		return LETHE_E_DEST_NOT_RAM;
	}
	if (lethe_overlap(base, size, ctx->loader_tree, ctx->loader_tree_size)) {
		return LETHE_E_DEST_LOADER;
	}
	if (facts->has_initrd && lethe_overlap(base, size, facts->initrd_start,
					       facts->initrd_end - facts->initrd_start)) {
		return LETHE_E_DEST_LOADER;
	}
	if (ctx->tree != 0 &&
	    lethe_fdt_reserved(ctx->tree, base, size, ctx->image_base, ctx->image_size)) {
		return LETHE_E_DEST_RESERVED;
	}
	lethe_memory_map(ctx, base, size, LETHE_MAP_RW);
	return LETHE_OK;
}

/* What nobody calls RAM may be a device, which must not be mapped cacheable; what is reserved may
 * be so because of no-map. */
static void check_source(struct lethe_context *ctx, uint64_t base, uint64_t size)
{
	if (memory_is_known(ctx) && covers(ctx, base, size) &&
	    !(ctx->tree != 0 &&
	      lethe_fdt_reserved(ctx->tree, base, size, ctx->image_base, ctx->image_size))) {
		lethe_memory_map(ctx, base, size, LETHE_MAP_RO);
	} else {
		lethe_memory_map_leave(ctx, LETHE_E_SOURCE_NOT_RAM);
	}
}

static bool in_extent(const struct lethe_context *ctx, uint64_t base, uint64_t size)
{
	return base >= ctx->image_base && size <= ctx->image_size &&
	       base - ctx->image_base <= ctx->image_size - size;
}

static int check_loader(const struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_fdt_facts *facts = &ctx->facts;

	if (lethe_overlap(ctx->image_base, ctx->image_size, ctx->loader_tree,
			  ctx->loader_tree_size)) {
		return lethe_error_at(where, LETHE_E_LOADER_TREE, LETHE_WHAT_NONE, 0, 0,
				  ctx->loader_tree);
	}
	if (facts->has_initrd &&
	    (facts->initrd_end <= facts->initrd_start ||
	     lethe_overlap(ctx->image_base, ctx->image_size, facts->initrd_start,
			   facts->initrd_end - facts->initrd_start))) {
		return lethe_error_at(where, LETHE_E_LOADER_INITRD, LETHE_WHAT_TREE, 0,
				  "linux,initrd-start", facts->initrd_start);
	}
	if (lethe_passes_initrd(ctx) &&
	    !lethe_place_initrd_fits(ctx->plan, ctx->slot, &ctx->placement, facts->initrd_start,
				     facts->initrd_end)) {
		return lethe_error_at(where, LETHE_E_INITRD_WINDOW, LETHE_WHAT_TREE, 0,
				  "linux,initrd-start", facts->initrd_start);
	}
	if (!usable(facts, ctx->image_base, ctx->image_size)) {
		return lethe_error_at(where, LETHE_E_DEST_UNUSABLE, LETHE_WHAT_TREE, 0,
				  "linux,usable-memory-range", ctx->image_base);
	}
	return LETHE_OK;
}

static int check_dest(struct lethe_context *ctx, uint64_t base, uint64_t size)
{
	return size == 0 || in_extent(ctx, base, size) ? LETHE_OK : check_fixed(ctx, base, size);
}

/* Where the road stores. */
static int check_dests(struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_segment *segments = lethe_plan_segments(ctx->plan);
	const struct lethe_placement *placement = &ctx->placement;
	const struct lethe_kimage_run *run;
	unsigned int i;
	int status;

	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		status = check_dest(ctx, placement->segment[i].dest, segments[i].mem_size);
		if (status != LETHE_OK) {
			return lethe_error_at(where, status, LETHE_WHAT_SEGMENT, i, segments[i].name,
					  placement->segment[i].dest);
		}
	}
	status = check_dest(ctx, placement->tree, placement->tree_end - placement->tree);
	if (status != LETHE_OK) {
		return lethe_error_at(where, status, LETHE_WHAT_SLOT, ctx->slot_index,
				  ctx->slot->name, placement->tree);
	}
	for (i = 0; i < lethe_list_runs(ctx); i++) {
		run = &ctx->library->image.runs[i];
		status = check_dest(ctx, run->dest, run->size);
		if (status != LETHE_OK) {
			return lethe_error_at(where, status, LETHE_WHAT_NONE, 0, "list", run->dest);
		}
	}
	return LETHE_OK;
}

/* What the road only reads. What it stores to as well is mapped by now, and stays so. */
static void check_sources(struct lethe_context *ctx)
{
	const struct lethe_segment *segments = lethe_plan_segments(ctx->plan);
	const struct lethe_window *windows = lethe_plan_windows(ctx->plan);
	unsigned int i;

	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		uint64_t source = ctx->placement.segment[i].source;

		if (segments[i].file_size != 0 && !in_extent(ctx, source, segments[i].file_size)) {
			check_source(ctx, source, segments[i].file_size);
		}
	}
	/* The list's pages come from anywhere in the windows. */
	for (i = 0; lethe_list_runs(ctx) != 0 && i < ctx->plan->window_count; i++) {
		check_source(ctx, windows[i].base, windows[i].size);
	}
	if (lethe_passes_initrd(ctx)) {
		/* The loader says that it is memory. */
		lethe_memory_map(ctx, ctx->facts.initrd_start,
				  ctx->facts.initrd_end - ctx->facts.initrd_start, LETHE_MAP_RO);
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
