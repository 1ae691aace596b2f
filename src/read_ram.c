/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage 3, second half: what only the machine can say about the destinations. The extent is the
 * loader's grant; anything beyond it has to be RAM that nobody else owns.
 */
#include <lethe/cache.h>

#include "memory.h"
#include "plan/plan_check.h"
#include "context.h"

/* The plan's windows; else /memory; else the UEFI map. */
static int covers(struct lethe_road *road, uint64_t base, uint64_t size)
{
	const struct lethe_tree_facts *facts = &road->facts;

	if (road->plan->window_count != 0) {
		return lethe_windows_cover(road->plan, base, size);
	}
	if (facts->has_memory) {
		return lethe_tree_memory_covers(road->tree, base, size);
	}
	/* To be written as well: a destination may share a page with it. */
	lethe_memory_need(road, facts->efi_mmap, facts->efi_mmap_size, LETHE_MAP_RW);
	lethe_dcache_clean_inval_poc(facts->efi_mmap, facts->efi_mmap + facts->efi_mmap_size);
	return lethe_efi_memory_covers((const void *)facts->efi_mmap, facts->efi_mmap_size,
				       facts->efi_desc_size, base, size);
}

static int memory_is_known(const struct lethe_road *road)
{
	return road->plan->window_count != 0 || road->facts.has_memory || road->facts.efi_mmap != 0;
}

static int usable(const struct lethe_tree_facts *facts, uint64_t base, uint64_t size)
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
static int check_fixed(struct lethe_road *road, uint64_t base, uint64_t size)
{
	const struct lethe_tree_facts *facts = &road->facts;

	if (!memory_is_known(road)) {
		return LETHE_E_MEMORY_UNKNOWN;
	}
	if (!usable(facts, base, size)) {
		return LETHE_E_DEST_UNUSABLE;
	}
	if (!covers(road, base, size)) {
		return LETHE_E_DEST_NOT_RAM;
	}
	if (lethe_overlap(base, size, road->loader_tree, road->loader_tree_size)) {
		return LETHE_E_DEST_LOADER;
	}
	if (facts->has_initrd && lethe_overlap(base, size, facts->initrd_start,
					       facts->initrd_end - facts->initrd_start)) {
		return LETHE_E_DEST_LOADER;
	}
	if (road->tree != 0 &&
	    lethe_tree_reserved(road->tree, base, size, road->image_base, road->image_size)) {
		return LETHE_E_DEST_RESERVED;
	}
	lethe_memory_need(road, base, size, LETHE_MAP_RW);
	return LETHE_OK;
}

/* What nobody calls RAM may be a device, which must not be mapped cacheable; what is reserved may
 * be so because of no-map. */
static void check_source(struct lethe_road *road, uint64_t base, uint64_t size)
{
	if (memory_is_known(road) && covers(road, base, size) &&
	    !(road->tree != 0 &&
	      lethe_tree_reserved(road->tree, base, size, road->image_base, road->image_size))) {
		lethe_memory_need(road, base, size, LETHE_MAP_RO);
	} else {
		lethe_memory_leave(road, LETHE_E_SOURCE_NOT_RAM);
	}
}

static int in_extent(const struct lethe_road *road, uint64_t base, uint64_t size)
{
	return base >= road->image_base && size <= road->image_size &&
	       base - road->image_base <= road->image_size - size;
}

static int check_loader(const struct lethe_road *road, struct lethe_where *where)
{
	const struct lethe_tree_facts *facts = &road->facts;

	if (lethe_overlap(road->image_base, road->image_size, road->loader_tree,
			  road->loader_tree_size)) {
		return lethe_fail(where, LETHE_E_LOADER_TREE, LETHE_WHAT_NONE, 0, 0,
				  road->loader_tree);
	}
	if (facts->has_initrd &&
	    (facts->initrd_end <= facts->initrd_start ||
	     lethe_overlap(road->image_base, road->image_size, facts->initrd_start,
			   facts->initrd_end - facts->initrd_start))) {
		return lethe_fail(where, LETHE_E_LOADER_INITRD, LETHE_WHAT_TREE, 0,
				  "linux,initrd-start", facts->initrd_start);
	}
	if (facts->has_initrd && road->slot->initrd_segment == LETHE_INDEX_NONE &&
	    !lethe_place_initrd_fits(road->plan, road->slot, &road->placement, facts->initrd_start,
				     facts->initrd_end)) {
		return lethe_fail(where, LETHE_E_INITRD_WINDOW, LETHE_WHAT_TREE, 0,
				  "linux,initrd-start", facts->initrd_start);
	}
	if (!usable(facts, road->image_base, road->image_size)) {
		return lethe_fail(where, LETHE_E_DEST_UNUSABLE, LETHE_WHAT_TREE, 0,
				  "linux,usable-memory-range", road->image_base);
	}
	return LETHE_OK;
}

static int check_dest(struct lethe_road *road, uint64_t base, uint64_t size)
{
	return size == 0 || in_extent(road, base, size) ? LETHE_OK : check_fixed(road, base, size);
}

/* Where the road stores. */
static int check_dests(struct lethe_road *road, struct lethe_where *where)
{
	const struct lethe_segment *segments = lethe_plan_segments(road->plan);
	const struct lethe_placement *placement = &road->placement;
	const struct lethe_kimage_run *run;
	unsigned int i;
	int status;

	for (i = lethe_road_first(road); i < lethe_road_end(road); i++) {
		status = check_dest(road, placement->segment[i].dest, segments[i].mem_size);
		if (status != LETHE_OK) {
			return lethe_fail(where, status, LETHE_WHAT_SEGMENT, i, segments[i].name,
					  placement->segment[i].dest);
		}
	}
	status = check_dest(road, placement->tree, placement->tree_end - placement->tree);
	if (status != LETHE_OK) {
		return lethe_fail(where, status, LETHE_WHAT_SLOT, road->slot_index,
				  road->slot->name, placement->tree);
	}
	for (i = 0; i < lethe_road_runs(road); i++) {
		run = &road->cargo->image.runs[i];
		status = check_dest(road, run->dest, run->size);
		if (status != LETHE_OK) {
			return lethe_fail(where, status, LETHE_WHAT_NONE, 0, "list", run->dest);
		}
	}
	return LETHE_OK;
}

/* What the road only reads. What it stores to as well is mapped by now, and stays so. */
static void check_sources(struct lethe_road *road)
{
	const struct lethe_segment *segments = lethe_plan_segments(road->plan);
	const struct lethe_window *windows = lethe_plan_windows(road->plan);
	unsigned int i;

	for (i = lethe_road_first(road); i < lethe_road_end(road); i++) {
		uint64_t source = road->placement.segment[i].source;

		if (segments[i].file_size != 0 && !in_extent(road, source, segments[i].file_size)) {
			check_source(road, source, segments[i].file_size);
		}
	}
	/* The list's pages come from anywhere in the windows. */
	for (i = 0; lethe_road_runs(road) != 0 && i < road->plan->window_count; i++) {
		check_source(road, windows[i].base, windows[i].size);
	}
	if (road->facts.has_initrd && road->slot->initrd_segment == LETHE_INDEX_NONE) {
		/* The loader says that it is memory. */
		lethe_memory_need(road, road->facts.initrd_start,
				  road->facts.initrd_end - road->facts.initrd_start, LETHE_MAP_RO);
	}
}

int lethe_read_memory(struct lethe_road *road, struct lethe_where *where)
{
	int status = check_loader(road, where);

	if (status == LETHE_OK) {
		status = check_dests(road, where);
	}
	if (status == LETHE_OK) {
		check_sources(road);
	}
	return status;
}
